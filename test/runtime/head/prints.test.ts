import { printMark, PrintParser, type Print } from "../../../runtime/head/prints.ts";
import { seededRandom } from "../../fixtures/seeded-random.ts";

function parse(text: string, cuts: number[] = []): Print[] {
  const prints: Print[] = [];
  const parser = new PrintParser("n0nce", "stdout", (print) => prints.push(print));
  const bytes = Buffer.from(text);
  let from = 0;
  for (const cut of [...cuts.sort((a, b) => a - b), bytes.length]) {
    parser.push(bytes.subarray(from, cut));
    from = cut;
  }
  parser.end();
  return prints.flatMap(({ text, ...print }) => text.split("\n").map((line) => ({ ...print, text: line })));
}

const square = { name: "square", job: "j1", origin: "In[3]" };

test("lines carry the task that printed them", () => {
  const text = `before\n${printMark("n0nce", square)}one\ntwo\n${printMark("n0nce", undefined)}after\n`;
  expect(parse(text).map(({ label, text }) => [label?.name, text])).toEqual([[undefined, "before"], ["square", "one"], ["square", "two"], [undefined, "after"]]);
});

test("a print that looks like a mark of another nonce is a print", () => {
  const fake = printMark("wrong", square);
  expect(parse(`${fake}x\n`)).toEqual([{ stream: "stdout", label: undefined, text: `${fake}x` }]);
});

test("wherever chunks are cut, the lines are the same (500 seeded cuttings)", () => {
  const text = `a\n${printMark("n0nce", square)}déjà \u001b[31mred\u001b[0m\n\n${printMark("n0nce", { name: "平方", job: "j" })}no newline`;
  const whole = parse(text);
  const random = seededRandom(7);
  const size = Buffer.byteLength(text);
  for (let i = 0; i < 500; i++) expect(parse(text, Array.from({ length: random(12) }, () => random(size)))).toEqual(whole);
});

test("a line without end is cut into lines that can be shown", () => {
  const prints = parse("x".repeat(200_000));
  expect(prints.length).toBe(4);
  expect(prints.map(({ text }) => text).join("").length).toBe(200_000);
});
