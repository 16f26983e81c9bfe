// Draws logo-32x32.png and logo-64x64.png, the same picture as logo-svg.svg: node kernel/logos/draw-png.mjs
// Shapes are tested at 4 × 4 points a pixel; the file is written by hand, with Node's zlib only.
import { writeFileSync } from "node:fs";
import { crc32, deflateSync } from "node:zlib";

const blue = [0x1f, 0x5f, 0xae], white = [0xff, 0xff, 0xff], light = [0x7f, 0xd1, 0xff];
const disc = (cx, cy, r) => (x, y) => Math.hypot(x - cx, y - cy) <= r;
const line = (x1, y1, x2, y2, halfWidth) => (x, y) => {
  const along = Math.max(0, Math.min(1, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / ((x2 - x1) ** 2 + (y2 - y1) ** 2)));
  return Math.hypot(x - x1 - along * (x2 - x1), y - y1 - along * (y2 - y1)) <= halfWidth;
};
const square = (x, y) => Math.hypot(Math.max(0, Math.abs(x - 32) - 22), Math.max(0, Math.abs(y - 32) - 22)) <= 10;
/** The later shape is on top. */
const shapes = [
  [square, blue],
  ...[[44, 14], [46, 32], [44, 50]].map(([x, y]) => [line(20, 32, x, y, 2), white]),
  [disc(18, 32, 8), white],
  ...[[46, 13], [48, 32], [46, 51]].map(([x, y]) => [disc(x, y, 6), light]),
];

function pixel(px, py, scale) {
  const sum = [0, 0, 0, 0];
  for (let i = 0; i < 16; i++) {
    const x = (px + ((i & 3) + 0.5) / 4) * scale, y = (py + ((i >> 2) + 0.5) / 4) * scale;
    const color = shapes.findLast(([isInside]) => isInside(x, y))?.[1];
    if (color) [...color, 255].forEach((value, channel) => (sum[channel] += channel < 3 ? value : 255));
  }
  const points = sum[3] / 255;
  return [...sum.slice(0, 3).map((value) => (points ? Math.round(value / points) : 0)), Math.round(sum[3] / 16)];
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]);
  const length = Buffer.alloc(4), check = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

for (const size of [32, 64]) {
  const rows = Array.from({ length: size }, (_, y) => [0, ...Array.from({ length: size }, (_, x) => pixel(x, y, 64 / size)).flat()]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const png = Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", header), chunk("IDAT", deflateSync(Buffer.from(rows.flat()), { level: 9 })), chunk("IEND", Buffer.alloc(0))]);
  writeFileSync(new URL(`./logo-${size}x${size}.png`, import.meta.url), png);
}
