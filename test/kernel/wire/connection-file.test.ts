import { type ConnectionInfo, endpoint, parseLaunchFile } from "../../../kernel/wire/connection-file.ts";

const good = { transport: "tcp", ip: "127.0.0.1", shell_port: 1, control_port: 2, stdin_port: 3, iopub_port: 4, hb_port: 5, signature_scheme: "hmac-sha256", key: "k", kernel_name: "ray-ts" };
const parse = (fields: object): ConnectionInfo => parseLaunchFile(JSON.stringify(fields), "/f.json").connection;

test("a file of a Jupyter client gives ports, key and endpoints", () => {
  expect(parse(good)).toMatchObject(good);
  expect(endpoint(parse(good), "iopub_port")).toBe("tcp://127.0.0.1:4");
  expect(endpoint(parse({ ...good, transport: "ipc", ip: "/tmp/kernel-ipc" }), "hb_port")).toBe("ipc:///tmp/kernel-ipc-5");
});

test.each([
  ["a missing port", { ...good, hb_port: undefined }, /f\.json: hb_port is undefined/],
  ["a port that is none", { ...good, shell_port: 70_000 }, /shell_port is 70000/],
  ["an unknown transport", { ...good, transport: "ws" }, /transport is "ws"/],
  ["a key that is no text", { ...good, key: 7 }, /key is 7/],
])("%s is refused with what was found", (_name: string, fields: object, text: RegExp) => {
  expect(() => parse(fields)).toThrow(text);
});

test("text that is not JSON is refused with the path", () => {
  expect(() => parseLaunchFile("ports", "/f.json")).toThrow(/\/f\.json: it is not JSON/);
});

const registration = { kernel_id: "k1", transport: "tcp", registration_ip: "127.0.0.1", registration_port: 51_587, signature_scheme: "hmac-sha256", key: "k" };

test("a registration file gives a kernel that chooses its ports, and where it tells them", () => {
  const { connection, registration: found } = parseLaunchFile(JSON.stringify(registration), "/f.json");
  expect(found).toEqual({ kernel_id: "k1", endpoint: "tcp://127.0.0.1:51587" });
  expect(connection).toMatchObject({ key: "k", shell_port: 0, hb_port: 0 });
  expect(endpoint(connection, "shell_port")).toBe("tcp://127.0.0.1:*");
});

test.each([
  ["without an id", { ...registration, kernel_id: undefined }, /kernel_id is undefined/],
  ["with a port that is none", { ...registration, registration_port: "x" }, /registration_port is "x"/],
  ["over ipc", { ...registration, transport: "ipc" }, /over tcp only/],
])("a registration file %s is refused", (_name: string, fields: object, text: RegExp) => {
  expect(() => parse(fields)).toThrow(text);
});
