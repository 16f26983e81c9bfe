import { SentTasks } from "../../../runtime/local/sent-tasks.ts";
import { seededRandom } from "../../fixtures/seeded-random.ts";

interface Sent { readonly name: number; place: number }

test("is what a Set is: order of sending, whatever ends when (seeded, 100,000 steps)", () => {
  const random = seededRandom(11);
  const tasks = new SentTasks<Sent>();
  const set = new Set<Sent>();
  const gone: Sent[] = [];
  const wrong: string[] = [];
  for (let step = 0; step < 100_000; step++) {
    if (random(100) < 52 && set.size < 5000) {
      // one that was taken back is sent again now and then
      const task = random(10) === 0 && gone.length > 0 ? (gone.pop() as Sent) : { name: step, place: -1 };
      tasks.add(task);
      set.add(task);
    } else if (set.size > 0) {
      const [oldest] = set;
      const task = random(4) > 0 ? (oldest as Sent) : ([...set][random(Math.min(set.size, 50))] as Sent);
      if (!tasks.delete(task) || tasks.delete(task)) wrong.push(`step ${step}: delete`);
      set.delete(task);
      gone.push(task);
    }
    if (tasks.size !== set.size || tasks.oldest !== set.values().next().value) wrong.push(`step ${step}`);
  }
  expect(wrong).toEqual([]);
  expect([...tasks].map(({ name }) => name)).toEqual([...set].map(({ name }) => name));
  tasks.clear();
  expect([tasks.size, tasks.oldest, [...tasks]]).toEqual([0, undefined, []]);
});

test("one that is elsewhere is not deleted", () => {
  const [here, there] = [new SentTasks<Sent>(), new SentTasks<Sent>()];
  const task = { name: 1, place: -1 };
  here.add({ name: 0, place: -1 });
  there.add(task);
  expect([here.delete(task), there.delete(task)]).toEqual([false, true]);
});
