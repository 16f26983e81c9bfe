import { platformData, readPlatform } from "../../../runtime/serialize/platform.ts";
import { roundTrip } from "./round-trip.ts";

test.each([
  ["URL", new URL("https://example.org/a?b=1"), (got: URL) => got.href],
  ["URLSearchParams", new URLSearchParams("a=1&a=2"), (got: URLSearchParams) => got.getAll("a")],
  ["Headers", new Headers([["x-a", "1"]]), (got: Headers) => got.get("x-a")],
  ["TextDecoder", new TextDecoder("utf-16le", { fatal: true }), (got: InstanceType<typeof TextDecoder>) => [got.encoding, got.fatal]],
] as const)("%s crosses with its class", (_name, value, look) => {
  const got = roundTrip(value);
  expect(Object.getPrototypeOf(got)).toBe(Object.getPrototypeOf(value));
  expect((look as (got: unknown) => unknown)(got)).toEqual((look as (got: unknown) => unknown)(value));
});

test("a class of a user's that has such a name is none of the platform's", () => {
  const Headers = class Headers { readonly held = 1; };
  expect(platformData(new Headers())).toBeUndefined();
  expect(platformData(Object.create(null) as object)).toBeUndefined();
  expect(platformData({ constructor: { name: "URL" } })).toBeUndefined();
  expect(() => readPlatform("toString", "x")).toThrow("Unknown platform class toString in encoded bytes.");
});
