/**
 * The session process: evaluates cells for a front. Built to dist/session.js; a front starts it with stdin ignored, stdout and
 * stderr as pipes, an IPC channel, and the watch pipe on the fd named by RAY_TS_WATCH_FD. RAY_TS_OUTPUT_NONCE is the secret of
 * the marks in its output.
 */
import { compileCell } from "../compile/compile-cell.ts";
import { StackMapper } from "../compile/stack-map.ts";
import { createImporter } from "../modules/importer.ts";
import { flushAged, flushByGuard } from "../wire/outbox.ts";
import { showMappedStacks } from "../worker/shown-stacks.ts";
import { installTextStreams } from "../worker/text-streams.ts";
import { startWatch } from "../worker/watch.ts";
import type { BundleContext } from "./bundles/bundle-context.ts";
import { bundleOf } from "./bundles/bundle-of.ts";
import { CellSources } from "./cell-sources.ts";
import { keepInspectClean } from "./clean-inspect.ts";
import { createConsoleStreams, guardConsole } from "./console-streams.ts";
import { offerDebugAid } from "./debug-aid.ts";
import { Evaluator } from "./evaluate.ts";
import { Executions } from "./execution.ts";
import type { ErrorContext } from "./format-error.ts";
import { FrontLink } from "./front-link.ts";
import { Interrupts } from "./interrupts.ts";
import { reportLateErrors, reportWarnings } from "./late-errors.ts";
import { formOf } from "./magics/run-magic.ts";
import { NameReport } from "./name-report.ts";
import { OutputPipe } from "./output-pipe.ts";
import { ownChildren } from "./own-children.ts";
import { ownServers, ownTimers } from "./own-timers.ts";
import { startRay } from "./ray-face.ts";
import { RecentResults } from "./recent-results.ts";
import { CellScope } from "./scope.ts";
import { Session } from "./session.ts";
import { SessionRoots } from "./session-roots.ts";
import { UserInput } from "./user-input.ts";
import { writtenSource } from "./written-source.ts";

const folder = process.cwd();
const nonce = process.env["RAY_TS_OUTPUT_NONCE"] ?? "";
delete process.env["RAY_TS_OUTPUT_NONCE"];

// frames of ours are left out of what is shown: those of the cell must still be among what is kept
Error.stackTraceLimit = 50;

// first of all: from here on whatever prints, prints into a cell
const pipe = new OutputPipe(nonce);
const executions = new Executions();
const streams = createConsoleStreams(pipe, executions);
installTextStreams(streams);
keepInspectClean();
const builtinGlobals = SessionRoots.readGlobals();

const { guard, ready, endInspection } = startWatch({ onInterrupt: (execution) => interrupts.arrived(execution), unwinds: true });
const interrupts: Interrupts = new Interrupts(guard, () => executions.causing, flushAged);
flushByGuard(guard);
const groups = guardConsole(console, () => interrupts.check());
ownTimers(executions, interrupts);
ownServers(executions);
ownChildren(executions, interrupts);

const link = new FrontLink((order) => session.obey(order), () => process.exit());
const userInput = new UserInput(link, executions);
const scope = new CellScope();
const sources = new CellSources(folder);
// the folder of the built programs
const stacks = new StackMapper({ ownFolders: [import.meta.dirname] });
showMappedStacks((stack) => stacks.mapStack(stack));
const errors: ErrorContext = { mapStack: (stack) => stacks.mapStack(stack), sourceOf: sources.textOf };
const reportLate = reportLateErrors(streams.stderr, executions, errors);
reportWarnings(streams.stderr);

const face = startRay({
  link,
  executions,
  pipe,
  interrupts,
  scope,
  stacks,
  importer: () => importer,
  folder,
  bundleOf: (value) => bundleOf(value, bundles),
  ask: userInput.input,
  notice: (text) => streams.stderr.write(`ray: ${text}\n`),
});
const importer = createImporter({ folder, own: { "ray-ts": face.exports, tslab: face.tslab }, install: "%npm install" });
const recent = new RecentResults(face.holdsCluster);
let displays = 0;

const roots = new SessionRoots(scope, builtinGlobals, (code) => writtenSource(code, face.registry, sources.textOf));
const bundles: BundleContext = { sourceOf: roots.sourceOf, require: (specifier) => importer.require(specifier) };
const evaluator = new Evaluator({ scope, importer, interrupts, registry: face.registry, modules: face.modules });
offerDebugAid({ scope, stacks, errors, runtime: (result) => evaluator.runtime(result) });

const session: Session = new Session({
  send: (message) => link.send(message),
  pipe,
  executions,
  interrupts,
  recent,
  errors,
  evaluator,
  roots,
  names: new NameReport(roots),
  present: { viewOf: face.viewOf, isShown: face.isShown, newDisplayId: () => `ray-ts-${nonce}-${++displays}`, bundles },
  compile(code, cell, magics = [], written = code) {
    sources.add(cell, written);
    const compiled = compileCell(code, { name: cell, known: scope.known, captured: (captured) => scope.captured.has(captured), globals: (name) => name in globalThis, magics: magics.map((call) => ({ ...call, form: formOf(call) })) });
    stacks.register(compiled.scriptName, { cell, map: () => compiled.map, source: written });
    return compiled;
  },
  defineModule: (name, text) => sources.add(importer.define(name, text), text),
  magics: {
    folder,
    scope,
    print: (text) => streams.stdout.write(text),
    display: (data) => pipe.output(executions.receiving?.id ?? pipe.lastExecution, { type: "display", data, metadata: {}, update: false }),
    check: () => interrupts.check(),
  },
  cancelWork: face.cancelWork,
  hearComm: face.hearComm,
  hearControl: face.hearControl,
  reportLate,
  cellEnded() {
    groups.closeGroups();
    face.reportNow();
  },
});

scope.provide("ray", face.exports["default"]);
scope.provide("ObjectRef", face.exports["ObjectRef"]);
scope.provide("require", importer.require);
scope.provideComputed("_", recent.last);
scope.provide("Out", recent.byNumber);
scope.provide("prompt", (prompt: unknown = "", { password = false }: { readonly password?: boolean } = {}) => userInput.ask(String(prompt), password));

process.on("exit", (code) => {
  link.send({ type: "exiting", code });
  endInspection();
});
// the watch thread decides about SIGINT; one from elsewhere must not end the session
process.on("SIGINT", () => interrupts.stopAll());
// a session that nothing can stop must not run
ready.catch((error: Error) => {
  streams.stderr.write(`ray-ts: ${error.message}\n`);
  process.exit(1);
});
link.send({ type: "ready", pid: process.pid });
