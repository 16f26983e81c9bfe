import type { CheckedCompletions } from "../../../runtime/check/check-protocol.ts";
import { joinCompletions } from "../../../runtime/front/join-completions.ts";
import { joinInspection } from "../../../runtime/front/join-inspection.ts";

const list = (...texts: string[]): { text: string; type: string }[] => texts.map((each) => ({ text: each.split(":")[0] as string, type: each.split(":")[1] ?? "variable" }));
const checked = (place: CheckedCompletions["place"], start: number, end: number, ...texts: string[]): CheckedCompletions => ({ matches: list(...texts), start, end, place, statement: 0 });
const texts = (joined: ReturnType<typeof joinCompletions>): string[] => joined.matches.map(({ text, type }) => `${text}:${type}`);

test("members: those of the type, then what only the value has", () => {
  const session = { matches: list("a:property", "dynamic:property"), start: 2, end: 2 };
  expect(texts(joinCompletions("o.", 2, { checked: checked("member", 2, 2, "a:method", "b:method"), session, names: [] }))).toEqual(["a:method", "b:method", "dynamic:property"]);
});

test("names: what a value is says more than how it was declared", () => {
  const session = { matches: list("add:function", "address"), start: 0, end: 2 };
  expect(texts(joinCompletions("ad", 2, { checked: checked("name", 0, 2, "add:variable", "adLocal"), session, names: [] }))).toEqual(["add:function", "adLocal:variable", "address:variable"]);
});

test("what was typed in another case comes last, whoever knows it", () => {
  const session = { matches: list("count"), start: 0, end: 2 };
  expect(texts(joinCompletions("co", 2, { checked: checked("name", 0, 2, "Counter:class"), session, names: [] }))).toEqual(["count:variable", "Counter:class"]);
});

test("in a string or comment the session has no say", () => {
  const session = { matches: list("fast"), start: 1, end: 3 };
  expect(texts(joinCompletions("'fa", 3, { checked: checked("text", 1, 3), session, names: [] }))).toEqual([]);
});

test("a busy session's names of before are offered, but no members", () => {
  const names = [["total", "variable"], ["twice", "function"]] as const;
  expect(texts(joinCompletions("tw", 2, { checked: undefined, session: undefined, names }))).toEqual(["twice:function"]);
  expect(texts(joinCompletions("o.tw", 4, { checked: undefined, session: undefined, names }))).toEqual([]);
  expect(texts(joinCompletions("...tw", 5, { checked: undefined, session: undefined, names }))).toEqual(["twice:function"]);
});

test("without the checker the session's list is the list", () => {
  expect(joinCompletions("o.a", 3, { checked: undefined, session: { matches: list("alpha"), start: 2, end: 3 }, names: [] })).toEqual({ matches: list("alpha"), start: 2, end: 3, statement: 3 });
});

test("imports are offered only where nothing else is", () => {
  const withImport: CheckedCompletions = { ...checked("name", 0, 4), matches: [{ text: "readFile", type: "import", importLine: "import …" }] };
  expect(joinCompletions("read", 4, { checked: withImport, session: { matches: [], start: 0, end: 4 }, names: [] }).matches).toEqual(withImport.matches);
  expect(texts(joinCompletions("read", 4, { checked: withImport, session: { matches: list("reader"), start: 0, end: 4 }, names: [] }))).toEqual(["reader:variable"]);
});

test("an inspection has the declaration, the documentation, a look at the value, and at detail 1 the source", () => {
  const known = { code: "const n: number", documentation: "How many.", source: { text: "const n = 1", where: "In[1]:1" } };
  const session = { found: true, data: { "text/plain": "n: number\n1" }, value: "1" };
  expect(joinInspection(known, session, 0).data["text/plain"]).toBe("const n: number\n\nHow many.\n\nvalue: 1");
  expect(joinInspection(known, undefined, 1).data["text/plain"]).toBe("const n: number\n\nHow many.\n\nsource (In[1]:1):\nconst n = 1");
  expect(joinInspection(known, session, 0).data["text/markdown"]).toBe("```ts\nconst n: number\n```\n\nHow many.\n\nvalue: `1`");
  expect(joinInspection(undefined, session, 0)).toBe(session);
  expect(joinInspection(undefined, undefined, 0)).toEqual({ found: false, data: {} });
});
