/** What a cell puts out, by every way that there is: in its order, whole, and under the cell that caused it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Output } from "../../../runtime/session/output.ts";
import { buildSession, DrivenSession, temporaryFolder } from "../../fixtures/session-driver.ts";

const folder = temporaryFolder();
let session: DrivenSession;

beforeAll(async () => {
  writeFileSync(join(folder.path, "prints.ts"), "export const say = (text: string): void => console.log(text);\nexport const later = (text: string): void => void setTimeout(() => console.log(text), 1);\n");
  await buildSession();
  session = await new DrivenSession(folder.path).ready();
});

afterAll(async () => {
  await session.end();
  folder.dispose();
});

/** One line for each output; texts of one stream that follow each other are one. */
function story(outputs: readonly Output[]): string[] {
  const lines: string[] = [];
  for (const output of outputs) {
    const [kind, text] = told(output);
    const before = lines.at(-1);
    if ((kind === "out" || kind === "err") && before?.startsWith(`${kind} `)) lines[lines.length - 1] = before + text;
    else lines.push(`${kind} ${text}`);
  }
  return lines;
}

function told(output: Output): [kind: string, text: string] {
  switch (output.type) {
    case "stream": return [output.name === "stdout" ? "out" : "err", output.text];
    case "display": return [output.update ? "update" : "display", Object.entries(output.data).map(([type, data]) => `${type}=${String(data)}`).join(" ")];
    case "result": return ["result", String(output.data["text/plain"])];
    case "clear": return ["clear", String(output.wait)];
    default: return [output.type, ""];
  }
}

const AWAIT = "const turn = () => new Promise<void>((done) => setTimeout(done, 1));";

test.each<[string, string, string[]]>([
  // streams
  ["log and error", "console.log(1); console.error(2); console.log(3)", ["out 1\n", "err 2\n", "out 3\n"]],
  ["info, debug, warn", "console.info(1); console.debug(2); console.warn(3)", ["out 1\n2\n", "err 3\n"]],
  ["write without a newline", "process.stdout.write('a'); process.stdout.write('b'); undefined", ["out ab"]],
  ["write and log", "process.stdout.write('a'); console.log('b'); process.stderr.write('c'); undefined", ["out ab\n", "err c"]],
  ["a write of nothing", "process.stdout.write(''); console.log('a')", ["out a\n"]],
  ["an empty line", "console.log(); console.log('')", ["out \n\n"]],
  ["write's callback", "process.stdout.write('a', () => console.log('b')); await new Promise(setImmediate); undefined", ["out ab\n"]],
  ["writev by cork", "process.stdout.cork(); process.stdout.write('a'); process.stdout.write('b'); process.stdout.uncork(); undefined", ["out ab"]],
  ["a console of one's own", "import { Console } from 'node:console'; new Console(process.stdout, process.stderr).log('own'); new Console(process.stdout, process.stderr).error('own')", ["out own\n", "err own\n"]],
  ["carriage returns and colours", "process.stdout.write('50%\\r100%\\n'); process.stdout.write('\\u001b[31mred\\u001b[0m\\n'); undefined", ["out 50%\r100%\n\u001b[31mred\u001b[0m\n"]],
  ["a NUL and what looks like a mark", "process.stdout.write('a\\0b\\u001b]ray\\u0007c'); undefined", ["out a\0b\u001b]ray\u0007c"]],
  ["half of a surrogate pair", "console.log('\\ud83d'); console.log('😀')", ["out \ufffd\n😀\n"]],
  ["a local module's print", "import { say } from './prints'; say('module'); console.log('cell')", ["out module\ncell\n"]],
  // console's own
  ["format", "console.log('%s %d %i %f %j %o %O %c%%', 'a', 1, 2.5, 3.5, { b: 1 }, [1], { c: 2 }, 'css')", ["out a 1 2 3.5 {\"b\":1} [ 1, [length]: 1 ] { c: 2 } %\n"]],
  ["dir", "console.dir({ a: { b: { c: { d: 1 } } } }, { depth: 0 }); console.dir([1])", ["out { a: [Object] }\n[ 1 ]\n"]],
  ["dirxml", "console.dirxml('a', { b: 1 })", ["out a { b: 1 }\n"]],
  ["table of arrays", "console.table([[1, 2], [3, 4]])", ["out ┌─────────┬───┬───┐\n│ (index) │ 0 │ 1 │\n├─────────┼───┼───┤\n│ 0       │ 1 │ 2 │\n│ 1       │ 3 │ 4 │\n└─────────┴───┴───┘\n"]],
  ["table by columns", "console.table([{ a: 1, b: 2 }], ['b'])", ["out ┌─────────┬───┐\n│ (index) │ b │\n├─────────┼───┤\n│ 0       │ 2 │\n└─────────┴───┘\n"]],
  ["table of no table", "console.table('text')", ["out text\n"]],
  ["groups", "console.group('a'); console.log('b'); console.group(); console.error('c'); console.groupEnd(); console.groupEnd(); console.log('d')", ["out a\n  b\n", "err     c\n", "out d\n"]],
  ["a collapsed group with lines", "console.groupCollapsed('a'); console.log('b\\nc'); console.groupEnd()", ["out a\n  b\n  c\n"]],
  ["a group left open", "console.group('a'); console.log('b')", ["out a\n  b\n"]],
  ["and the next cell", "console.log('c')", ["out c\n"]],
  ["count and countReset", "console.count('n'); console.count('n'); console.countReset('n'); console.count('n')", ["out n: 1\nn: 2\nn: 1\n"]],
  ["assert", "console.assert(true, 'no'); console.assert(false, 'failed %s', 'it')", ["err Assertion failed: failed it\n"]],
  ["trace", "function f() { console.trace('here') }\nf()", [expect.stringMatching(/^err Trace: here\n {4}at f \(In\[\d+\]:1:24\)\n {4}at In\[\d+\]:2:1\n$/) as unknown as string]],
  ["time", "console.time('t'); console.timeLog('t', 1); console.timeEnd('t')", [expect.stringMatching(/^out t: [\d.]+ms 1\nt: [\d.]+ms\n$/) as unknown as string]],
  ["an error that is logged", "console.log(new RangeError('logged'))", [expect.stringMatching(/^out RangeError: logged\n {4}at In\[\d+\]:1:13\n$/) as unknown as string]],
  // with values and displays
  ["a result comes last", "console.log('a'); setTimeout(() => {}, 0); 'value'", ["out a\n", "result 'value'"]],
  ["displays between prints", "console.log('a'); ray.display.html('<b>'); console.log('b'); ray.display.markdown('*m*'); 'v'", ["out a\n", "display text/html=<b>", "out b\n", "display text/markdown=*m* text/plain=*m*", "result 'v'"]],
  ["an update in its place", "const shown = ray.display.html('1'); console.log('a'); shown.update('2'); console.log('b')", ["display text/html=1", "out a\n", "update text/html=2", "out b\n"]],
  ["clear", "console.log('a'); ray.display.clear(); console.log('b'); ray.display.clear({ wait: true })", ["out a\n", "clear false", "out b\n", "clear true"]],
  ["a value that prints while it draws itself", "({ [Symbol.for('Jupyter.display')]() { console.log('drawing'); return { 'text/plain': 'drawn' } } })", ["out drawing\n", "result drawn"]],
  ["one that waits while it does", "({ async [Symbol.for('Jupyter.display')]() { console.log('begun'); await new Promise(setImmediate); console.log('done'); return { 'text/plain': 'drawn' } } })", ["out begun\ndone\n", "result drawn"]],
  ["prints before an error", "console.log('before'); throw new Error('end')", ["out before\n"]],
  ["prints of finally", "try { console.log('try'); throw new Error('end') } finally { console.log('finally') }", ["out try\nfinally\n"]],
  // the event loop
  ["promises, ticks and microtasks", "queueMicrotask(() => console.log('micro')); process.nextTick(() => console.log('tick')); Promise.resolve().then(() => console.log('then')); console.log('sync'); await new Promise(setImmediate); undefined", ["out sync\nmicro\nthen\ntick\n"]],
  ["timers and immediates", "setImmediate(() => console.log('immediate')); await new Promise(setImmediate); setTimeout(() => console.log('timer'), 1); await new Promise((done) => setTimeout(done, 2)); console.log('end')", ["out immediate\ntimer\nend\n"]],
  ["an interval", "let n = 0; await new Promise<void>((done) => { const timer = setInterval(() => { console.log(++n); if (n === 3) { clearInterval(timer); done() } }, 1) })", ["out 1\n2\n3\n"]],
  ["for await", "async function* count() { for (let i = 0; i < 3; i++) { await null; console.log('made', i); yield i } }\nfor await (const i of count()) console.log('had', i)", ["out made 0\nhad 0\nmade 1\nhad 1\nmade 2\nhad 2\n"]],
  ["Promise.all", `${AWAIT} await Promise.all([1, 2, 3].map(async (i) => { console.log('begin', i); await turn(); console.log('end', i) })); undefined`, ["out begin 1\nbegin 2\nbegin 3\nend 1\nend 2\nend 3\n"]],
  ["events", "import { EventEmitter, once } from 'node:events'; const bus = new EventEmitter(); bus.on('x', (v) => console.log('heard', v)); setTimeout(() => bus.emit('x', 1), 1); await once(bus, 'x'); console.log('end')", ["out heard 1\nend\n"]],
  ["files by callback", "import { readFile } from 'node:fs'; await new Promise<void>((done) => readFile(import.meta.dirname + '/prints.ts', 'utf8', (error, text) => { console.log(error, text.length > 10); done() }))", ["out null true\n"]],
  ["a server and fetch", "import { createServer } from 'node:http'; const server = createServer((request, response) => { console.log('asked', request.url); response.end('hi') }); await new Promise<void>((done) => server.listen(0, done)); console.log(await (await fetch('http://127.0.0.1:' + (server.address() as any).port + '/a')).text()); server.closeAllConnections(); server.close(); undefined", ["out asked /a\nhi\n"]],
  ["a message channel", "const { port1, port2 } = new MessageChannel(); await new Promise<void>((done) => { port2.onmessage = ({ data }) => { console.log('message', data); port2.close(); done() }; port1.postMessage(1) })", ["out message 1\n"]],
  ["a stream's data", "import { Readable } from 'node:stream'; for await (const part of Readable.from(['a', 'b'])) console.log(part)", ["out a\nb\n"]],
  // children and threads
  ["a child that inherits", "import { execSync } from 'node:child_process'; console.log('1'); execSync('echo 2; echo 3', { stdio: 'inherit' }); console.log('4')", ["out 1\n2\n3\n4\n"]],
  ["a child by pipe", "import { spawn } from 'node:child_process'; const child = spawn('echo', ['piped']); child.stdout.pipe(process.stdout, { end: false }); await new Promise((done) => child.on('close', done)); console.log('after')", ["out piped\nafter\n"]],
  ["a child's data", "import { spawn as start } from 'node:child_process'; const c = start('echo', ['a']); c.stdout.on('data', (data) => process.stdout.write('[' + String(data).trim() + ']')); await new Promise((done) => c.on('close', done)); undefined", ["out [a]"]],
  ["exec's callback", "import { exec } from 'node:child_process'; await new Promise<void>((done) => exec('echo a; echo b >&2', (_, stdout, stderr) => { process.stdout.write(stdout); process.stderr.write(stderr); done() }))", ["out a\n", "err b\n"]],
  ["a thread", "import { Worker as Thread } from 'node:worker_threads'; const t = new Thread('console.log(1); console.error(2)', { eval: true, stdout: false }); await new Promise((done) => t.on('exit', done)); console.log('end')", [expect.stringMatching(/^(out 1\n|err 2\n)$/) as unknown as string, expect.stringMatching(/^(out 1\n|err 2\n)/) as unknown as string, expect.stringMatching(/^out end\n$/) as unknown as string]],
  ["a command", "console.log('a')\n!echo b; echo c\nconsole.log('d')", ["out a\nb\nc\nd\n"]],
  // floods
  ["many writes of each kind", "for (let i = 0; i < 3; i++) { process.stdout.write('o'); process.stderr.write('e') }\nundefined", ["out o", "err e", "out o", "err e", "out o", "err e"]],
  ["a large text between small ones", "console.log('a'); process.stdout.write('x'.repeat(200_000)); console.error('b')", [`out a\n${"x".repeat(200_000)}`, "err b\n"]],
  ["a large display between prints", "console.log('a'); ray.display.html('y'.repeat(200_000)); console.log('b')", ["out a\n", `display text/html=${"y".repeat(200_000)}`, "out b\n"]],
])("%s", async (_, code, expected) => {
  const magics = code.includes("\n!") ? [{ name: "!", text: "echo b; echo c", isCell: false, wantsHelp: false, start: code.indexOf("!"), textStart: code.indexOf("!") + 1, end: code.lastIndexOf("\n") }] : undefined;
  const { outputs } = await session.run(magics === undefined ? code : code.replace(/^!.*$/m, (line) => `;${" ".repeat(line.length - 1)}`), magics === undefined ? {} : { magics });
  expect(story(outputs)).toEqual(expected);
});

/** What comes when the cell has ended: by then another one runs, and prints before and after. */
test.each<[string, string, string[]]>([
  ["a timer", "setTimeout(() => console.log('late'), 1); undefined", ["out late\n"]],
  ["an interval", "let left = 3; const every = setInterval(() => { console.log(left); if (--left === 0) clearInterval(every) }, 1); undefined", ["out 3\n2\n1\n"]],
  ["a promise nobody awaits", "void new Promise((done) => setTimeout(done, 1)).then(() => console.log('late')); undefined", ["out late\n"]],
  ["a function that awaits", "void (async () => { for (const i of [1, 2]) { await new Promise((done) => setTimeout(done, 1)); console.error(i) } })(); undefined", ["err 1\n2\n"]],
  ["a timer in a timer", "setTimeout(() => setTimeout(() => process.stdout.write('deep'), 1), 1); undefined", ["out deep"]],
  ["a local module's timer", "import { later } from './prints'; later('module'); undefined", ["out module\n"]],
  ["a display", "setTimeout(() => ray.display.html('<i>'), 1); undefined", ["display text/html=<i>"]],
  ["an update of a display", "const old = ray.display.html('1'); setTimeout(() => old.update('2'), 1); undefined", ["display text/html=1", "update text/html=2"]],
  ["what comes behind the result", "setTimeout(() => console.log('late'), 1); 'value'", ["result 'value'", "out late\n"]],
  ["a child's close", "import { spawn as launch } from 'node:child_process'; launch('true').on('close', (code) => console.log('closed', code)); undefined", ["out closed 0\n"]],
  ["a child's data", "import { spawn as launch2 } from 'node:child_process'; launch2('echo', ['child']).stdout.on('data', (data) => process.stdout.write(data)); undefined", ["out child\n"]],
  ["an event", "process.once('ray-ts-test' as any, () => console.log('event')); setTimeout(() => process.emit('ray-ts-test' as any), 1); undefined", ["out event\n"]],
  ["fetch", "void fetch('data:text/plain,fetched').then((r) => r.text()).then((text) => setTimeout(() => console.log(text), 1)); undefined", ["out fetched\n"]],
  ["an error of a timer", "setTimeout(() => { throw new RangeError('late') }, 1); undefined", [expect.stringMatching(/^err Uncaught:\n[^]*RangeError: late\n {4}at [^\n]*In\[\d+\]:1:26/) as unknown as string]],
  ["an error that is no Error", "setTimeout(() => { throw { code: 7 } }, 1); undefined", [expect.stringMatching(/^err Uncaught:[^]*\{ code: 7 \}/) as unknown as string]],
  ["a rejection", "setTimeout(() => void Promise.reject(new TypeError('lost')), 1); undefined", [expect.stringMatching(/^err Unhandled rejection:\n[^]*TypeError: lost\n/) as unknown as string]],
  ["a rejection of an async function", "void (async () => { await new Promise((done) => setTimeout(done, 1)); throw new Error('lost') })(); undefined", [expect.stringMatching(/^err Unhandled rejection:\n[^]*Error: lost\n/) as unknown as string]],
  ["an error event that nobody hears", "import { EventEmitter as Bus } from 'node:events'; setTimeout(() => new Bus().emit('error', new Error('unheard')), 1); undefined", [expect.stringMatching(/^err Uncaught:\n[^]*Error: unheard\n/) as unknown as string]],
  ["a warning", "setTimeout(() => process.emitWarning('careful', 'TestWarning'), 1); undefined", ["err TestWarning: careful\n"]],
])("late, from an earlier cell: %s", async (_, code, expected) => {
  const early = session.begin(code);
  const running = session.begin("console.log('before'); while (!globalThis.lateCame) await new Promise((done) => setTimeout(done, 5)); globalThis.lateCame = false; console.log('after')");
  await session.outcome(early);
  const length = (outputs: readonly Output[]): number => story(outputs).join("").length;
  const wanted = expected.filter((each) => typeof each === "string").join("").length;
  await session.until(() => length(session.outputsOf(early)) >= Math.max(wanted, 1) && story(session.outputsOf(early)).length >= expected.length);
  await session.run("globalThis.lateCame = true; undefined", { lane: "aside" });
  const other = await session.outcome(running);
  expect(story(session.outputsOf(early))).toEqual(expected);
  expect(story(other.outputs)).toEqual(["out before\nafter\n"]);
});
