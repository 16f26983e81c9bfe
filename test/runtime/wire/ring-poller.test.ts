/** The poller on rings of the test's own, and a core that says how often it was given away. */
import { SpinSlots } from "../../../runtime/wire/spin-slots.ts";
import { RingPoller, type PolledRing } from "../../../runtime/wire/ring-poller.ts";

class Ring implements PolledRing {
  waiting = 0;
  heard = 0;
  parked = 0;
  isAsleep = false;

  poll(): number {
    const frames = this.waiting;
    this.heard += frames;
    this.waiting = 0;
    return frames;
  }

  park(): boolean {
    this.parked++;
    this.isAsleep = this.waiting === 0;
    return this.isAsleep;
  }

  wake(): void {
    this.isAsleep = false;
  }
}

const turn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

async function until(is: () => boolean): Promise<void> {
  while (!is()) await turn();
}

function poller(cores: number): { poller: RingPoller; ring: Ring; words: Int32Array; given: () => number } {
  const memory = new ArrayBuffer(64);
  let given = 0;
  let now = 0;
  // a clock of its own: on a busy machine the first look comes late
  const made = new RingPoller(new SpinSlots(memory, cores, () => true), { yield: () => void given++, leave: () => undefined }, () => (now += 0.001));
  const ring = new Ring();
  made.add(ring);
  return { poller: made, ring, words: new Int32Array(memory), given: () => given };
}

test("it looks for a while, gives the core away between two looks, and then sleeps and frees its slot", async () => {
  const { ring, words, given } = poller(2);
  await until(() => ring.isAsleep);
  expect(given()).toBeGreaterThan(0);
  expect([...words.subarray(0, 2)]).toEqual([0, 0]);
});

test("what comes while it looks is heard without a bell", async () => {
  const { ring } = poller(2);
  ring.waiting = 3;
  await until(() => ring.heard === 3);
  expect(ring.parked).toBe(0);
  await until(() => ring.isAsleep);
});

test("what comes between its last look and its sleep keeps it awake", async () => {
  const { ring } = poller(2);
  const { park } = ring;
  ring.park = () => {
    if (ring.parked === 0) ring.waiting = 1;
    return park.call(ring);
  };
  await until(() => ring.isAsleep);
  expect([ring.heard, ring.parked]).toEqual([1, 2]);
});

test("asleep it hears nothing until somebody rings", async () => {
  const { poller: asleep, ring } = poller(2);
  await until(() => ring.isAsleep);
  ring.waiting = 1;
  for (let i = 0; i < 50; i++) await turn();
  expect(ring.heard).toBe(0);
  asleep.woken();
  await until(() => ring.heard === 1);
  await until(() => ring.isAsleep);
});

test("without a slot it looks once and sleeps", async () => {
  const { ring, given } = poller(0);
  await until(() => ring.isAsleep);
  expect(ring.parked).toBe(1);
  expect(given()).toBe(0);
});
