import { printedLine } from "../../../runtime/front/worker-prints.ts";

test("a worker's line has the task's name and the pid before it, as in Ray", () => {
  expect(printedLine({ type: "log", pid: 4657, taskName: "square", stream: "stdout", text: "hello", job: "j", origin: "In[3]" })).toEqual({ name: "stdout", text: "(square pid=4657) hello\n", origin: "In[3]" });
});

test("a notice is a line on stderr", () => {
  expect(printedLine({ type: "notice", level: "warning", text: "No worker can run it" })).toEqual({ name: "stderr", text: "No worker can run it\n", origin: undefined });
});

test("other events print nothing", () => {
  expect(printedLine({ type: "resources", total: {}, available: {}, storeUsedBytes: 0, storeTotalBytes: 0, at: 0 })).toBeUndefined();
});
