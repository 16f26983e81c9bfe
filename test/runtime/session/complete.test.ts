import { complete, type CompletionRoots } from "../../../runtime/session/complete.ts";
import { describe as inspect, typeName } from "../../../runtime/session/describe.ts";

let ran: string[] = [];
const noting = (what: string) => (): never => { ran.push(what); throw new Error(what); };
const trap = new Proxy({ inside: 1 }, { get: noting("get"), has: noting("has"), ownKeys: noting("ownKeys"), getOwnPropertyDescriptor: noting("descriptor"), getPrototypeOf: noting("prototype") });

class Base { inherited(): number { return 1; } get computed(): number { return noting("getter")(); } }
class Derived extends Base { own = 1; _private = 2; method(): void { /* its name matters */ } }

const values: Record<string, unknown> = {
  derived: new Derived(),
  config: { servers: [{ host: "a", port: 1 }], "with space": { deep: 1 }, get lazy(): object { return noting("lazy")(); }, nothing: null },
  numbers: new Float64Array(3),
  list: Array.from({ length: 1e6 }),
  text: "abc",
  trap,
  holder: { trap },
  Base,
  greet: function greet(name: string) { return `hi ${name}`; },
  ünïcode: 1,
};
const roots: CompletionRoots = {
  peek: (name) => (Object.hasOwn(values, name) ? { value: values[name] } : name === "Math" ? { value: Math } : undefined),
  names: () => Object.keys(values),
  globals: () => ["Math", "Map", "globalThis"],
};
const texts = (code: string, cursor = code.length): string[] => complete(code, cursor, roots).matches.map(({ text }) => text);

beforeEach(() => { ran = []; });
afterEach(() => expect(ran).toEqual([]));

test("names of cells come before keywords and globals", () => {
  expect(texts("Ma")).toEqual(["Math", "Map"].sort());
  expect(texts("con")).toEqual(["config", "const", "continue"]);
  expect(texts("gre")).toEqual(["greet"]);
  expect(texts("ün")).toEqual(["ünïcode"]);
});

test("an empty line offers what the user made alone", () => {
  expect(texts("")).toEqual(expect.arrayContaining(["config", "greet"]));
  expect(texts("")).not.toContain("Math");
});

test("members of real objects, own first, private and inherited after, constructor never", () => {
  const found = texts("derived.");
  expect(found.slice(0, 5)).toEqual(["own", "_private", "method", "computed", "inherited"]);
  expect(found).not.toContain("constructor");
  expect(found).not.toContain("__proto__");
});

test.each([
  ["config.servers[0].po", ["port"]],
  ["config?.servers?.[0].h", ["host", "hasOwnProperty"]],
  ["f(config.servers[0].p", ["port", "propertyIsEnumerable"]],
  ["config['with space'].d", ["deep"]],
  ["[...config.ser", ["servers"]],
  ["text.toUp", ["toUpperCase"]],
  ["numbers.byteL", ["byteLength"]],
  ["list.le", ["length"]],
  ["Math.ma", ["max"]],
  ["new derived.me", ["method"]],
  ["DERIVED.x", []],
  ["derived.OW", ["own"]],
])("%s", (code, expected) => {
  expect(texts(code)).toEqual(expected);
});

test.each(["config.lazy.", "derived.computed.", "trap.", "holder.trap.", "greet().", "config.nothing.", "missing.", "1.", "derived.method().", "'a'.length.", "x = {}."])("%s has no answer, and nothing runs", (code) => {
  expect(texts(code)).toEqual([]);
});

test("positions are those of the word, also in its middle", () => {
  expect(complete("a + config.serXX; b", 14, roots)).toMatchObject({ start: 11, end: 16, matches: [{ text: "servers", type: "property" }] });
});

test("types tell functions, classes, methods and values apart", () => {
  const typeOf = (code: string): string | undefined => complete(code, code.length, roots).matches[0]?.type;
  expect([typeOf("gree"), typeOf("Bas"), typeOf("derived.meth"), typeOf("derived.ow"), typeOf("tex"), typeOf("typeo")]).toEqual(["function", "class", "method", "property", "variable", "keyword"]);
});

const shown = (code: string, detail: 0 | 1 = 0): string | undefined => inspect(code, code.length, detail, { ...roots, sourceOf: (fn) => (fn === values["greet"] ? { text: "function greet(name: string) {\n  return 1;\n}", where: "In[3]:1" } : undefined) }).data["text/plain"] as string | undefined;

test("a value shows its type and a look inside", () => {
  expect(shown("config")).toMatch(/^config: Object\n\{servers: .*lazy: \[getter\]/);
  expect(shown("numbers")).toBe("numbers: Float64Array\nFloat64Array(3)");
  expect(shown("derived.own")).toBe("derived.own: number\n1");
});

test("a function shows the source that its author wrote, and where", () => {
  expect(shown("greet(")).toBe("greet: function  (In[3]:1)\nfunction greet(name: string) {\n  return 1;\n}");
  expect(shown("Math.max")).toBe("Math.max: function max, 2 parameters, native");
});

test("what cannot be had without running code is not found", () => {
  expect(inspect("config.lazy", 11, 0, { ...roots, sourceOf: () => undefined })).toEqual({ found: false, data: {} });
  expect(shown("trap")).toBe("trap: Proxy\nProxy");
  expect(typeName(null)).toBe("null");
});

test("the cursor may stand anywhere in the word", () => {
  expect(inspect("x = config.servers;", 8, 0, { ...roots, sourceOf: () => undefined }).data["text/plain"]).toMatch(/^config: Object/);
});
