import { Publisher } from "../../../kernel/wire/publisher.ts";
import { SendQueue } from "../../../kernel/wire/send-queue.ts";
import { ManualClock } from "../../fixtures/manual-clock.ts";

/** A socket with one subscriber that has room for some messages. */
class Socket {
  noDrop = true;
  room = 2;
  readonly taken: string[] = [];

  async send([frame]: Uint8Array[]): Promise<void> {
    if (this.room === 0 && this.noDrop) throw Object.assign(new Error("no room"), { code: "EAGAIN" });
    if (this.room === 0) return;
    this.room -= 1;
    this.taken.push(String(frame));
  }
}

const settled = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });
const message = (text: string): Uint8Array[] => [Buffer.from(text)];

async function newBench() {
  const [socket, clock, logged] = [new Socket(), new ManualClock(), [] as string[]];
  const publisher = new Publisher(socket, clock, (text) => logged.push(text));
  /** Lets the time pass in small steps. */
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 10) {
      clock.advance(10);
      await settled();
    }
  };
  return { socket, clock, publisher, logged, pass };
}

test("a subscriber that reads slowly gets everything, in order", async () => {
  const { socket, publisher, pass } = await newBench();
  const queue = new SendQueue({ send: (frames) => publisher.send(frames), onError: (error) => { throw error; } });
  const names = Array.from({ length: 20 }, (_, i) => String(i));
  const sent = Promise.all(names.map((name) => queue.push(message(name))));
  for (let i = 0; i < 20; i++) {
    await pass(4000);
    socket.room += 1;
  }
  await pass(50);
  await sent;
  expect(socket.taken).toEqual(names);
  expect(socket.noDrop).toBe(true);
});

test("one that reads nothing for five seconds holds nobody up any longer, and has another chance later", async () => {
  const { socket, publisher, logged, pass, clock } = await newBench();
  socket.room = 0;
  let isSent = false;
  void publisher.send(message("a")).then(() => { isSent = true; });
  await pass(4900);
  expect(isSent).toBe(false);
  await pass(200);
  expect([isSent, socket.noDrop]).toEqual([true, false]);
  expect(logged).toEqual([expect.stringMatching(/has read nothing for 5 s/)]);
  await publisher.send(message("b"));
  clock.advance(10_000);
  isSent = false;
  void publisher.send(message("c")).then(() => { isSent = true; });
  await settled();
  expect([isSent, socket.noDrop]).toEqual([false, true]);
  await pass(300);
  expect([isSent, socket.noDrop]).toEqual([true, false]);
  expect(logged).toHaveLength(1);
  clock.advance(20_000);
  socket.room = 5;
  await publisher.send(message("d"));
  expect(socket.taken).toEqual(["d"]);
  expect(socket.noDrop).toBe(true);
});

test("another error is the caller's", async () => {
  const { socket, publisher } = await newBench();
  socket.send = () => Promise.reject(new Error("closed"));
  await expect(publisher.send(message("a"))).rejects.toThrow("closed");
});

test("a queue tells when much waits, and when it has gone", async () => {
  const told: boolean[] = [];
  const gates: (() => void)[] = [];
  const queue = new SendQueue({ send: () => new Promise((resolve) => gates.push(resolve)), onError: () => undefined, onPressure: (isHigh) => told.push(isHigh) });
  const megabyte = Buffer.alloc(1 << 20);
  for (let i = 0; i < 12; i++) void queue.push([megabyte]);
  expect(told).toEqual([true]);
  for (let i = 0; i < 11; i++) {
    await settled();
    gates[i]?.();
    await settled();
  }
  expect(told).toEqual([true, false]);
});
