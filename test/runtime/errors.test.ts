import { ActorDiedError, RayError, RayTaskError, OwnerDiedError, ObjectLostError, isRayError, brandError } from "../../runtime/errors.ts";

test("an error is an instance of its class and of that class's ancestors (row 85)", () => {
  const error = new OwnerDiedError("gone");
  expect(error instanceof OwnerDiedError && error instanceof ObjectLostError && error instanceof RayError).toBe(true);
  expect(error instanceof ActorDiedError).toBe(false);
  expect([error.name, error.code]).toEqual(["OwnerDiedError", "OWNER_DIED"]);
});

test("a branded RangeError is a RayTaskError and a RangeError at once", () => {
  const error = new RangeError("bad");
  brandError(error, RayTaskError);
  expect(error instanceof RayTaskError && error instanceof RangeError && error instanceof RayError).toBe(true);
  expect(isRayError(error)).toBe(true);
});

test("isRayError() is false for other errors", () => {
  expect(isRayError(new Error("x"))).toBe(false);
  expect(isRayError(null)).toBe(false);
});

test("a user's subclass of RayError answers instanceof by its prototype chain", () => {
  class Mine extends RayError {}
  expect(new Mine("x") instanceof Mine).toBe(true);
  expect(new OwnerDiedError("x") instanceof Mine).toBe(false);
  expect(new Mine("x") instanceof RayError).toBe(true);
});
