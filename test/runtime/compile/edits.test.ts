import { Edits } from "../../../runtime/compile/edits.ts";

const text = "abcdef";
const outer = { start: 0, end: 6 };
const inner = { start: 0, end: 3 };
const last = { start: 4, end: 6 };

describe("Edits", () => {
  test("nest wraps by the ranges of their nodes, whatever the order of the calls", () => {
    const edits = new Edits(text);
    edits.wrap(inner, "(", ")");
    edits.wrap(last, "<", ">");
    edits.wrap(outer, "[", "]");
    edits.insert(3, "|");
    edits.replace(1, 2, "B");
    expect(edits.renderAll().text).toBe("[(aBc)|d<ef>]");
  });

  test("of two wraps of one range the first is the outer one", () => {
    const edits = new Edits(text);
    edits.wrap(inner, "1", "1");
    edits.wrap(inner, "2", "2");
    expect(edits.renderAll().text).toBe("12abc21def");
  });

  test("render a range without the wraps of the range itself", () => {
    const edits = new Edits(text);
    edits.wrap(outer, "[", "]");
    edits.wrap(inner, "(", ")");
    edits.insert(0, "head");
    edits.replace(2, 3, (range) => (range ? "in range" : "in all"));
    expect(edits.renderRange(inner).text).toBe("abin range");
    expect(edits.renderAll().text).toBe("head[(abin all)def]");
  });

  test("drop what lies inside something removed", () => {
    const edits = new Edits(text);
    edits.remove(1, 5);
    edits.replace(2, 3, "C");
    edits.insert(3, "!");
    expect(edits.renderAll().text).toBe("af");
  });

  test("tell where each piece of the new text comes from", () => {
    const edits = new Edits(text);
    edits.replace(1, 2, "long");
    edits.insert(3, "++", 5);
    const rendered = edits.renderAll();
    rendered.enclose("<<", ">>");
    expect(rendered.text).toBe("<<alongc++def>>");
    expect([...rendered.text].map((_, offset) => rendered.originOf(offset))).toEqual([0, 0, 0, 1, 1, 1, 1, 2, 5, 5, 3, 4, 5, 3, 3]);
  });
});
