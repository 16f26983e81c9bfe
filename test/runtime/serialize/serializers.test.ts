import { deregisterSerializer, registerSerializer } from "../../../runtime/serialize/serializers.ts";
import { Session } from "../ship/two-sides.ts";

class Connection {
  readonly url: string;
  readonly #open = true;
  constructor(url: string) {
    this.url = url;
  }
  get isOpen(): boolean {
    return this.#open;
  }
}

test("a registered serializer carries instances of a class that could not go, its deserializer runs on the other side", async () => {
  const session = new Session();
  session.scope.provide("connection", new Connection("db://a"));
  await session.cells("const open = (url: string) => ({ opened: url })");
  const { open } = session.scope.names as { open: (url: string) => Connection };
  await expect(session.cells("await remote((c: any) => c).remote(connection)")).rejects.toThrow(/Connection/);
  registerSerializer(Connection, { serialize: (connection) => connection.url, deserialize: open });
  expect(await session.cells("await remote((c: any) => c.opened + '!').remote(connection)")).toBe("db://a!");
  deregisterSerializer(Connection);
  await expect(session.cells("await remote((c: any) => c).remote(connection)")).rejects.toThrow(/Connection/);
});

test("a serializer that throws is named with its class, and its error is the cause", async () => {
  const session = new Session();
  const calling = session.cells("class Odd { static [Symbol.for('ray.serialize')]() { throw new RangeError('not now') } static [Symbol.for('ray.deserialize')]() {} }", "await remote((o: any) => o, 'f').remote(new Odd())");
  await expect(calling).rejects.toMatchObject({ message: "Cannot send f → argument 1: an instance of Odd has a serializer that failed (not now); mend the serializer", cause: { message: "not now" } });
});

test("registerSerializer wants a class", () => {
  expect(() => registerSerializer({} as never, { serialize: () => 1, deserialize: () => ({}) })).toThrow("registerSerializer wants a class, got object");
});
