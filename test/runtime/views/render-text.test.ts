import { renderText, type TextFace } from "../../../runtime/views/render-text.ts";
import { column, failure, line, meter, pill, smallTable, strong, type ViewNode } from "../../../runtime/views/view-node.ts";

const face = (more: Partial<TextFace> = {}): TextFace => ({ columns: 60, paint: (_color, text) => text, now: 10_000, ...more });
const shown = (node: ViewNode, more: Partial<TextFace> = {}): string => renderText(node, face(more)).join("\n");

test("words stand in lines, columns below each other, tables in columns as wide as their widest cell", () => {
  const table = smallTable("t", ["name", "state", "empty"], [["first", pill("done", "ready"), undefined], ["a longer name", pill("running", "running"), ""]]);
  expect(shown(column(line(strong("Refs"), "2 of them"), table))).toBe("Refs 2 of them\nname           state\nfirst          ready\na longer name  running");
});

test("bars, meters and curves are blocks", () => {
  expect(shown({ is: "bar", parts: [{ color: "done", count: 2, label: "done" }, { color: "failed", count: 1, label: "failed" }, { color: "line", count: 3, label: "waiting" }] })).toBe("██████████▒▒▒▒▒░░░░░░░░░░░░░░░");
  expect(shown(meter(1, 4, "1 of 4"))).toBe("█████░░░░░░░░░░░░░░░ 1 of 4");
  expect(shown({ is: "spark", values: [0, 1, 2], label: "2/s" })).toBe("▁▅█ 2/s");
});

test("what goes on is counted up to now", () => {
  expect(shown({ is: "since", at: 7_500, tail: " so far" })).toBe("2.5 s so far");
});

test("folded tables are shown, other folded things and buttons are not", () => {
  const rows = smallTable("rows", ["#"], Array.from({ length: 12 }, (_, i) => [String(i)]));
  expect(shown({ is: "details", key: "rows", summary: "all 12", of: rows })).toBe(["#", ...Array.from({ length: 10 }, (_, i) => String(i)), "… 2 more rows"].join("\n"));
  expect(shown({ ...rows, total: 30 })).toContain("… 20 more rows");
  expect(shown(column({ is: "details", key: "d", summary: "more", of: failure("long") }, { is: "action", label: "kill", act: { do: "kill", actor: "a" } }))).toBe("");
});

test("fields are a tree", () => {
  expect(shown({ is: "details", key: "fields", summary: "state", of: column({ is: "tree", name: "n", text: "5" }, { is: "tree", name: "seen", text: "{a: 1}", of: [{ is: "tree", name: "a", text: "1" }] }) })).toBe("  n 5\n  seen {a: 1}\n    a 1");
});

test("a lane a process, to the width of the terminal", () => {
  const lines = renderText({ is: "timeline", from: 0, to: 100, lanes: ["worker pid 1", "worker pid 22"], spans: [[0, 50, 0, "done", "a"], [50, 100, 1, "failed", "b"]] }, face({ columns: 35 }));
  expect(lines).toEqual(["worker pid 1   ██████████", "worker pid 22            ▒▒▒▒▒▒▒▒▒▒"]);
});

test("no line is wider than the terminal, and colours end where they are cut", () => {
  const red: TextFace["paint"] = (color, text) => (color === "failed" ? `\u001b[31m${text}\u001b[39m` : text);
  expect(shown(failure("x".repeat(100)), { columns: 10, paint: red })).toBe(`\u001b[31m${"x".repeat(9)}…\u001b[0m`);
  expect(shown(`${"日".repeat(30)}`, { columns: 10 })).toBe(`${"日".repeat(4)}…`);
  expect(shown(failure("short"), { columns: 10, paint: red })).toBe("\u001b[31mshort\u001b[39m");
});

test("wide characters take two places, marks none", () => {
  const table = smallTable("t", ["name", "n"], [["日本", "1"], ["e\u0301t", "2"], ["🎉!", "3"], ["abcd", "4"]]);
  expect(shown(table)).toBe("name  n\n日本  1\ne\u0301t    2\n🎉!   3\nabcd  4");
});

test("what somebody wrote moves no cursor and paints nothing", () => {
  expect(shown(column("a\u001b[2Jb\u0007\tc", failure("\u001b[31mred\nnext\r")))).toBe("ab  c\nred\nnext");
});
