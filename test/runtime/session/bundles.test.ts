/** Cells and the MIME bundles of their values, through a real session. */
import { deflateSync } from "node:zlib";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import type { MimeBundle } from "../../../runtime/session/output.ts";
import { repository } from "../../fixtures/dist-folder.ts";
import { buildSession, DrivenSession, temporaryFolder } from "../../fixtures/session-driver.ts";

const folder = temporaryFolder();
let session: DrivenSession;

beforeAll(async () => {
  symlinkSync(join(repository, "node_modules"), join(folder.path, "node_modules"));
  await buildSession();
  session = await new DrivenSession(folder.path).ready();
});

afterAll(async () => {
  await session.end();
  folder.dispose();
});

async function bundleOf(code: string): Promise<MimeBundle> {
  const { outputs, reply } = await session.run(code, { name: "In[7]" });
  const result = outputs.find((output) => output.type === "result");
  if (result?.type !== "result") throw new Error(`No result: ${JSON.stringify([outputs, reply.error])}`);
  return result.data;
}

/** What a reader sees of html. */
const visible = (html: unknown): string =>
  String(html).replace(/<\/(?:td|th)>/g, " | ").replace(/<\/(?:tr|div|summary|pre|details|table)>/g, "\n").replace(/<[^>]*>/g, "").replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&quot;/g, '"').replace(/&#39;/g, "'").replace(/&amp;/g, "&").replace(/ +\n/g, "\n").replace(/\n+/g, "\n").trim();

/** A value whose text is all there is. */
test.each([
  ["1", "1"], ["-0", "-0"], ["NaN", "NaN"], ["-Infinity", "-Infinity"], ["0.1 + 0.2", "0.30000000000000004"], ["10n", "10n"], ["2n ** 70n", "1180591620717411303424n"],
  ["'text'", "'text'"], ["'two\\nlines'", "'two\\nlines'"], ["true", "true"], ["null", "null"], ["Symbol('s')", "Symbol(s)"],
  ["({ a: 1, b: [1, 2] })", "{ a: 1, b: [ 1, 2 ] }"], ["[]", "[]"], ["[1, 'a', null, undefined]", "[ 1, 'a', null, undefined ]"], ["[[], []]", "[ [], [] ]"],
  ["new Date(0)", "1970-01-01T00:00:00.000Z"], ["new Date(NaN)", "Invalid Date"], ["/a+/gi", "/a+/gi"], ["Math.max", "[Function: max]"], ["Math", "Object [Math] {…}"],
  ["new Map()", "Map(0) {}"], ["new Set()", "Set(0) {}"], ["new WeakMap()", "WeakMap { <items unknown> }"], ["Object.create(null)", "[Object: null prototype] {}"],
  ["new (class Point { x = 1; #secret = 2; get y() { return 3 } })", "Point { x: 1 }"], ["new Number(3)", "[Number: 3]"], ["(function* () {})()", "Object [Generator] {}"],
  ["({ get loud() { console.log('ran'); return 1 } })", "{ loud: [Getter] }"], ["[{ get loud() { throw new Error() } }].map((x) => x)[0]", "{ loud: [Getter] }"],
  ["({ $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' })", "{ '$schema': 'http://json-schema.org/draft-07/schema#', type: 'object' }"],
  ["({ data: [1, 2], layout: {} })", "{ data: [ 1, 2 ], layout: {} }"], ["({ toSpec: () => ({ a: 1 }) })", "{ toSpec: [Function: toSpec] }"], ["({ width: 1, height: 2 })", "{ width: 1, height: 2 }"],
  ["new Blob(['x'], { type: 'text/plain' })", "Blob { size: 1, type: 'text/plain' }"],
])("%s is text alone", async (code, text) => {
  const bundle = await bundleOf(`(${code})`);
  expect({ ...bundle, "text/plain": String(bundle["text/plain"]).replace(/^(Object \[Math\] \{)[^]*\}$/, "$1…}") }).toEqual({ "text/plain": text });
});

/** A value of which html shows more: its text, and what is seen of the html. */
test.each([
  ["an array of records is a table", "[{ a: 1, b: 'x<y' }, { a: -0, c: null }]", "[ { a: 1, b: 'x<y' }, { a: -0, c: null } ]", " | a | b | c |\n0 | 1 | x<y |  |\n1 | -0 |  | null |\n2 rows × 3 columns"],
  ["one record too", "[{ a: 1n }]", "[ { a: 1n } ]", " | a |\n0 | 1n |\n1 row × 1 column"],
  ["instances are records, and getters stay unread", "class P { x = 1 } \n[new P(), Object.defineProperty(new P(), 'y', { get() { throw new Error('read') }, enumerable: true })]", "[ P { x: 1 }, P { x: 1, y: [Getter] } ]", " | x | y |\n0 | 1 |  |\n1 | 1 | [Getter] |\n2 rows × 2 columns"],
  ["cells show what is in them on one line", "[{ a: { deep: { er: [1] } }, d: new Date(0), f() {}, t: true }]", "[\n  {\n    a: { deep: { er: [ 1 ] } },\n    d: 1970-01-01T00:00:00.000Z,\n    f: [Function: f],\n    t: true\n  }\n]", " | a | d | f | t |\n0 | { deep: { er: [Array] } } | 1970-01-01T00:00:00.000Z | [Function: f] | true |\n1 row × 4 columns"],
  ["rows of numbers are a table", "[[1, 2], [3, 4]]", "[ [ 1, 2 ], [ 3, 4 ] ]", " | 0 | 1 |\n0 | 1 | 2 |\n1 | 3 | 4 |\n2 rows × 2 columns"],
  ["a map is a table of keys and values", "new Map<unknown, unknown>([['a', 1], [{ k: 1 }, [2]]])", "Map(2) { 'a' => 1, { k: 1 } => [ 2 ] }", "key | value |\na | 1 |\n{ k: 1 } | [ 2 ] |\nMap(2)"],
  ["a map of records has their columns", "new Map([['a', { x: 1 }], ['b', { x: 2 }]])", "Map(2) { 'a' => { x: 1 }, 'b' => { x: 2 } }", "key | x |\na | 1 |\nb | 2 |\nMap(2)"],
  ["a set is a list", "new Set([1, 'b'])", "Set(2) { 1, 'b' }", "value |\n1 |\nb |\nSet(2)"],
  ["typed arrays have their range", "new Float64Array([1, 2, -0, NaN])", "Float64Array(4) [ 1, 2, -0, NaN ]", "Float64Array(4) 32 B · min 0 · max 2 · mean 1 · 1 NaN\n1, 2, -0, NaN"],
  ["of big integers too", "new BigInt64Array([1n, -2n])", "BigInt64Array(2) [ 1n, -2n ]", "BigInt64Array(2) 16 B\n1, -2"],
  ["a buffer that is no picture", "Buffer.from('hi')", "<Buffer 68 69>", "Buffer(2) 2 B\n104, 105"],
  ["an array buffer is dumped", "new Uint8Array([72, 105]).buffer", /^ArrayBuffer \{ \[Uint8Contents\]: <48 69>, \[?byteLength\]?: 2 \}$/, "ArrayBuffer 2 B\n000000  48 69                                            Hi"],
  ["a promise says how to get its value", "Promise.resolve(3)", "Promise { 3 }", "Promise { 3 }\nfulfilled; await it to get its value"],
  ["a pending one too", "new Promise(() => {})", "Promise { <pending> }", "Promise { <pending> }\nnot settled when it was shown; await it to get its value"],
  ["an error that was not thrown, with its place", "new RangeError('far')", "RangeError: far\n    at In[7]:1:1", "RangeError: far\nRangeError: far\n    at In[7]:1:1"],
  ["a function shows its source as it was written", "function add(a: number) {\n  return a;\n}\nadd", "[Function: add]", "[Function: add] In[7]:1\nfunction add(a: number) {\n  return a;\n}"],
  ["a class too", "class Shape { size = 1 }\nShape", "[class Shape]", "[class Shape] In[7]:1\nclass Shape { size = 1 }"],
  ["a URL in its parts", "new URL('https://example.org/a?b=1#c')", /^URL \{\n {2}href: 'https:\/\/example\.org\/a\?b=1#c'/, "https://example.org/a?b=1#c\nprotocol | https: |\nhost | example.org |\npathname | /a |\nsearch | ?b=1 |\nhash | #c |\nb | 1 |"],
])("%s", async (_, code, text, html) => {
  const bundle = await bundleOf(code);
  expect(Object.keys(bundle).sort()).toEqual(["text/html", "text/plain"]);
  if (typeof text === "string") expect(bundle["text/plain"]).toBe(text);
  else expect(bundle["text/plain"]).toMatch(text);
  expect(visible(bundle["text/html"])).toBe(html.trim());
});

const png = (width: number, height: number): string => {
  const chunk = (type: string, data: Buffer): Buffer => Buffer.concat([Buffer.from([0, 0, 0, data.length]), Buffer.from(type), data, Buffer.alloc(4)]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", header), chunk("IDAT", deflateSync(Buffer.alloc(4)))]).toString("base64");
};
const PNG = png(3, 2);
const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]).toString("base64");
const GIF = Buffer.from("GIF89a\x05\0\x04\0", "latin1").toString("base64");
const WEBP = Buffer.from("RIFF\x04\0\0\0WEBPVP8 ", "latin1").toString("base64");
const SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>';
const VEGA = { $schema: "https://vega.github.io/schema/vega-lite/v5.json", mark: "bar", data: { values: [{ a: 1 }, { a: 2 }] } };
const FIGURE = { data: [{ type: "bar", x: [1], y: [2] }], layout: { title: "t" } };

test.each([
  ["PNG bytes", `Buffer.from("${PNG}", "base64")`, { "text/plain": "PNG image, 3 × 2, 57 B", "image/png": PNG }],
  ["in a Uint8Array that begins in the middle of its buffer", `new Uint8Array([0, ...Buffer.from("${PNG}", "base64")]).subarray(1)`, { "text/plain": "PNG image, 3 × 2, 57 B", "image/png": PNG }],
  ["in an ArrayBuffer", `new Uint8Array(Buffer.from("${JPEG}", "base64")).buffer`, { "text/plain": "JPEG image, 6 B", "image/jpeg": JPEG }],
  ["GIF bytes", `Buffer.from("${GIF}", "base64")`, { "text/plain": "GIF image, 5 × 4, 10 B", "image/gif": GIF }],
  ["WebP bytes", `Buffer.from("${WEBP}", "base64")`, { "text/plain": "WebP image, 16 B", "image/webp": WEBP }],
  ["SVG bytes", `Buffer.from('<?xml version="1.0"?>\\n${SVG}')`, { "text/plain": "SVG image, 63 B", "image/svg+xml": `<?xml version="1.0"?>\n${SVG}` }],
  ["a blob of an image", `new Blob([Buffer.from("${PNG}", "base64")], { type: "image/png" })`, { "text/plain": "PNG image, 3 × 2, 57 B", "image/png": PNG }],
  ["a canvas", `({ width: 3, height: 2, getContext() {}, toBuffer: (type: string) => type === "image/png" ? Buffer.from("${PNG}", "base64") : null })`, { "text/plain": "PNG image, 3 × 2, 57 B", "image/png": PNG }],
  ["a canvas that encodes elsewhere", `({ width: 3, height: 2, getContext() {}, toBuffer: async () => Buffer.from("${PNG}", "base64") })`, { "text/plain": "PNG image, 3 × 2, 57 B", "image/png": PNG }],
  ["a Vega-Lite spec", JSON.stringify(VEGA), { "text/plain": "Vega-Lite plot (bar, 2 rows)", "application/vnd.vegalite.v5+json": VEGA }],
  ["of a version that notebooks do not draw yet", JSON.stringify({ ...VEGA, $schema: "https://vega.github.io/schema/vega-lite/v6.1.0.json" }), {
    "text/plain": "Vega-Lite plot (bar, 2 rows)", "application/vnd.vegalite.v6+json": expect.anything(), "application/vnd.vegalite.v5+json": expect.objectContaining({ mark: "bar" }),
  }],
  ["a Vega spec", '({ $schema: "https://vega.github.io/schema/vega/v5.json", marks: [] })', { "text/plain": "Vega plot", "application/vnd.vega.v5+json": { $schema: "https://vega.github.io/schema/vega/v5.json", marks: [] } }],
  ["a builder of a spec", `({ toSpec: () => (${JSON.stringify(VEGA)}) })`, { "text/plain": "Vega-Lite plot (bar, 2 rows)", "application/vnd.vegalite.v5+json": VEGA }],
  ["a Plotly figure", `(${JSON.stringify(FIGURE)})`, { "text/plain": "Plotly figure (bar, 1 trace)", "application/vnd.plotly.v1+json": FIGURE }],
  ["a Vega view", `({ runAsync() {}, toSVG: async () => '${SVG}' })`, { "text/plain": "Vega view", "image/svg+xml": SVG }],
  ["an SVG element without its namespace", `({ nodeType: 1, tagName: "svg", outerHTML: '<svg class="plot"></svg>' })`, { "text/plain": "<svg> element", "image/svg+xml": '<svg xmlns="http://www.w3.org/2000/svg" class="plot"></svg>' }],
  ["another element", `({ nodeType: 1, tagName: "FIGURE", outerHTML: "<figure></figure>" })`, { "text/plain": "<figure> element", "text/html": "<figure></figure>" }],
  ["Jupyter.display", `({ [Symbol.for("Jupyter.display")]: () => ({ "text/html": "<b>x</b>", "image/png": new Uint8Array([1, 2, 3]), "text/plain": "x" }) })`, { "text/html": "<b>x</b>", "image/png": "AQID", "text/plain": "x" }],
  ["of a function", `Object.assign(() => 1, { [Symbol.for("Jupyter.display")]: () => ({ "text/plain": "drawn" }) })`, { "text/plain": "drawn" }],
  ["in a promise", `({ async [Symbol.for("Jupyter.display")]() { return { "text/markdown": "# x", "text/plain": "x" } } })`, { "text/markdown": "# x", "text/plain": "x" }],
  ["in lines, as notebooks store texts", `({ [Symbol.for("Jupyter.display")]: () => ({ "text/html": ["<p>", "</p>"], "text/plain": "x", "text/latex": undefined }) })`, { "text/html": "<p></p>", "text/plain": "x" }],
  ["a ready bundle", `({ [Symbol.for("Jupyter.mimebundle")]: { "application/json": { a: [1] }, "text/plain": "x" } })`, { "application/json": { a: [1] }, "text/plain": "x" }],
  ["IJavascript's methods", `({ _toHtml: () => "<i>", _toSvg: () => "${SVG.replaceAll('"', "'")}", _toPng: () => "AQID" })`, { "text/plain": expect.anything(), "text/html": "<i>", "image/svg+xml": expect.stringMatching("^<svg"), "image/png": "AQID" }],
  ["and its bundle", `({ _toMime: () => ({ "text/latex": "$x$", "text/plain": "x" }) })`, { "text/latex": "$x$", "text/plain": "x" }],
])("%s", async (_, code, bundle) => {
  expect(await bundleOf(`(${code})`)).toEqual(bundle);
});

test.each([
  ["({ [Symbol.for('Jupyter.display')]: () => ({ 'text/html': 5 }) })", "TypeError", "Cannot show this value: its text/html is a number, and should be a string or bytes"],
  ["({ [Symbol.for('Jupyter.display')]: () => ({ 'application/json': { a: 1n } }) })", "TypeError", "Cannot show this value: its application/json is no JSON: Do not know how to serialize a BigInt"],
  ["({ [Symbol.for('Jupyter.display')]() { throw new Error('no data') } })", "Error", "no data"],
])("what draws itself wrong is told: %s", async (code, ename, evalue) => {
  const { reply } = await session.run(`(${code})`);
  expect(reply.error).toMatchObject({ ename, evalue });
  expect((await session.run("1 + 1")).text).toBe("2");
});

describe("large values are cut, and say what shows all of them", () => {
  test("a thousand records", async () => {
    const bundle = await bundleOf("Array.from({ length: 1000 }, (_, i) => ({ i, square: i * i }))");
    expect(bundle["text/plain"]).toMatch(/\.\.\. 900 more items\n\]\n… all of it: console\.dir\(Out\[7\], \{ maxArrayLength: null \}\)$/);
    expect(visible(bundle["text/html"])).toMatch(/\n19 \| 19 \| 361 \|\n180 more rows\n \| i \| square \|\n20 \| 20 \| 400 \|[^]*\n199 \| 199 \| 39601 \|\n1,000 rows × 2 columns · 800 rows are not here; all: console\.dir\(Out\[7\], \{ maxArrayLength: null \}\)$/);
  });

  test("the hint prints what it says", async () => {
    await session.run("Array.from({ length: 150 }, (_, i) => i)", { name: "In[9]" });
    expect((await session.run("console.dir(Out[9], { maxArrayLength: null })")).stdout).toMatch(/\b149\n\]\n$/);
  });

  test.each([
    ["'x'.repeat(20_000)", /… all of it: console\.dir\(Out\[7\], \{ maxStringLength: null \}\)$/, /^a string of 20,000 characters\nx{2000}\n18,000 more characters\nx{18000}$/],
    ["({ a: { b: { c: { d: { e: { f: 1 } } } } } })", /\[Object\][^]*… all of it: console\.dir\(Out\[7\], \{ depth: null \}\)$/, /^\{ a: \{ b: \[Object\] \} \}\na: \{ b: \{ c: \[Object\] \} \}\nb: [^]*\bd: \{ e: \{ f: 1 \} \}/],
    ["new Float64Array(3000)", /\.\.\. 2900 more items\n\]\n… all of it/, /^Float64Array\(3,000\) 24\.0 kB · min 0 · max 0 · mean 0\n(?:0, ){99}0900 more\n(?:0, ){899}0\n2,000 are not here; all of them: console\.dir\(Out\[7\], \{ maxArrayLength: null \}\)$/],
    ["Array.from({ length: 200 }, (_, i) => i)", /\.\.\. 100 more items/, /^\[ 0, 1, 2[^]*\n0: 0\n[^]*\n99: 99\n… 100 more\n/],
    ["Array.from({ length: 3 }, () => Object.fromEntries(Array.from({ length: 50 }, (_, i) => ['c' + i, i])))", /c49: 49/, /… 20 more[^]*3 rows × 50 columns · 20 columns are not here/],
    ["10n ** 40_000n", /^10+… 10,?002 more characters$/, undefined],
  ])("%s", async (code, text, html) => {
    const bundle = await bundleOf(code);
    expect(bundle["text/plain"]).toMatch(text);
    if (html === undefined) expect(bundle["text/html"]).toBeUndefined();
    else expect(visible(bundle["text/html"])).toMatch(html);
  });

  test("what would fill many pages is shortened", async () => {
    const bundle = await bundleOf("Array.from({ length: 100 }, () => ({ rows: Array.from({ length: 100 }, () => Array.from({ length: 100 }, (_, i) => i)) }))");
    expect(String(bundle["text/plain"]).length).toBeLessThan(40_000);
    expect(String(bundle["text/html"]).length).toBeLessThan(200_000);
  });

  test("a value that holds itself ends", async () => {
    const bundle = await bundleOf("const loop: unknown[] = Array.from({ length: 150 }, (_, i) => i); loop[3] = loop; loop");
    expect(bundle["text/plain"]).toMatch(/^<ref \*1> \[/);
    expect(visible(bundle["text/html"])).toMatch(/\n3: <ref \*1> \[/);
  });
});

test("a table of Apache Arrow shows its rows", async () => {
  const bundle = await bundleOf("import { tableFromArrays } from 'apache-arrow'; tableFromArrays({ id: Int32Array.of(1, 2), name: ['a', 'b'] })");
  expect(visible(bundle["text/html"])).toBe("| id | name |\n0 | 1 | a |\n1 | 2 | b |\n2 rows × 2 columns");
});

test("ray.display shows a value as a cell's last value is shown", async () => {
  const { outputs } = await session.run(`ray.display([{ a: 1 }]); ray.display(Buffer.from("${PNG}", "base64")); undefined`);
  const displays = outputs.flatMap((output) => (output.type === "display" ? [output.data] : []));
  expect(displays).toEqual([{ "text/plain": "[ { a: 1 } ]", "text/html": expect.stringMatching("^<table>") }, { "text/plain": "PNG image, 3 × 2, 57 B", "image/png": PNG }]);
});

test("errors that are printed have the cell's lines, and none of ours", async () => {
  const { stdout, stderr } = await session.run("const broken = new Error('printed', { cause: new TypeError('deep') });\nconsole.error(broken);\nconsole.log([broken.stack?.split('\\n')[1]]);", { name: "In[8]" });
  expect(stderr).toBe("Error: printed\n    at In[8]:1:16 {\n  [cause]: TypeError: deep\n      at In[8]:1:46\n}\n");
  expect(stdout).toBe("[ '    at In[8]:1:16' ]\n");
});
