import { Console } from "node:console";
import { createConsoleStreams, guardConsole } from "../../../runtime/session/console-streams.ts";
import { Executions, newExecution } from "../../../runtime/session/execution.ts";
import { OutputPipe } from "../../../runtime/session/output-pipe.ts";
import { MarkParser } from "../../../runtime/session/output-marks.ts";

const NONCE = "ab".repeat(8);

/** Console, streams and pipe as in a session, with what a front reads at the other end. */
function connected() {
  const parsers = { 1: new MarkParser({ nonce: NONCE, stream: "stdout" }), 2: new MarkParser({ nonce: NONCE, stream: "stderr" }) };
  const read: string[] = [];
  const pipe = new OutputPipe(NONCE, (fd, bytes) => {
    for (const event of parsers[fd as 1 | 2].push(Buffer.from(bytes as string))) {
      if (event.type === "output" && event.output.type === "stream") read.push(`${event.execution} ${event.output.name}: ${event.output.text}`);
    }
  });
  const executions = new Executions();
  const streams = createConsoleStreams(pipe, executions);
  return { pipe, executions, streams, read, console: new Console({ stdout: streams.stdout, stderr: streams.stderr }) };
}

const turn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

test("each text goes to the cell whose code wrote it, at once", async () => {
  const { pipe, executions, console, read } = connected();
  pipe.begin(1);
  const later = executions.run(newExecution(1, "In[1]"), () => {
    console.log("one");
    return turn().then(() => console.error("late"));
  });
  expect(read).toEqual(["1 stdout: one\n"]);
  pipe.begin(2);
  executions.run(newExecution(2, "In[2]"), () => console.log("two"));
  await later;
  expect(read.slice(1)).toEqual(["2 stdout: two\n", "1 stderr: late\n"]);
});

test("text that no cell caused goes to the running one, else the last", () => {
  const { pipe, executions, streams, read } = connected();
  streams.stdout.write("early");
  pipe.begin(3);
  executions.run(newExecution(3, "In[3]"), () => executions.exit(() => streams.stdout.write("inside")));
  pipe.end(3);
  streams.stderr.write("after");
  expect(read).toEqual(["0 stdout: early", "3 stdout: inside", "3 stderr: after"]);
});

test("bytes, encodings and end() of the streams", () => {
  const { pipe, executions, streams, read } = connected();
  pipe.begin(1);
  executions.run(newExecution(1, "In[1]"), () => {
    streams.stdout.write(Buffer.from("é"));
    streams.stdout.write("c3a9", "hex");
    streams.stderr.write(Buffer.from("€").subarray(0, 1));
    streams.stderr.write(Buffer.from("€").subarray(1));
  });
  expect(read).toEqual(["1 stdout: é", "1 stdout: é", "1 stderr: €"]);
});

test("console methods look for an interrupt first, and open groups are closed", () => {
  const { console, read, pipe } = connected();
  pipe.begin(1);
  let stop = false;
  const groups = guardConsole(console, () => { if (stop) throw new Error("stopped"); });
  console.group("a");
  console.group("b");
  console.groupEnd();
  console.log("in");
  groups.closeGroups();
  console.log("out");
  expect(read.join("")).toBe("1 stdout: a\n1 stdout:   b\n1 stdout:   in\n1 stdout: out\n");
  stop = true;
  expect(() => console.log("no")).toThrow("stopped");
  expect(console.log.name).toBe("log");
});
