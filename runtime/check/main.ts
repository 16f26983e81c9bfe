/**
 * The checker process: TypeScript for one front. Built to dist/checker.js; a front starts it with an IPC channel and takes its end
 * for nothing worse than a while without types. It answers one question after the other, and blocks meanwhile.
 */
import { CellChecker } from "./cell-checker.ts";
import type { CheckerMessage, CheckerOrder, CheckerRequest } from "./check-protocol.ts";
import { complete } from "./complete.ts";
import { ImportIndex } from "./import-index.ts";
import { inspect } from "./inspect.ts";
import { checkerPlaces } from "./source-checker.ts";
import { ServerDiedError } from "./typescript-server.ts";

/** Says that the server is gone, so that another process has to take over. */
const SERVER_DIED = 70;
const BETWEEN_READS_MS = 50;

const folder = process.cwd();
const imports = new ImportIndex(folder);
const checker = new CellChecker({ folder, ...checkerPlaces(import.meta.dirname) }, imports);

const send = (message: CheckerMessage): void => void process.send?.(message);

process.on("disconnect", () => process.exit());
process.on("message", (order: CheckerOrder) => {
  switch (order.type) {
    case "learn": return checker.learn(order.names);
    case "reset": return checker.reset();
    default:
      send(answer(order));
      setImmediate(() => checker.program.tidy());
      return;
  }
});
process.on("exit", () => checker.program.close());

// the first question is not to wait for TypeScript's start
void checker.program.server;
send({ type: "ready" });
readOnLater();

/** What could be imported is known by the time somebody asks. */
function readOnLater(): void {
  setTimeout(() => { if (imports.readOn()) readOnLater(); }, BETWEEN_READS_MS).unref();
}

function answer(request: CheckerRequest): CheckerMessage {
  try {
    return answerOf(request);
  } catch (error) {
    if (error instanceof ServerDiedError) {
      process.stderr.write(`${error.message}\n`);
      process.exit(SERVER_DIED);
    }
    return { type: "failed", id: request.id, message: (error as Error).stack ?? String(error) };
  }
}

function answerOf(request: CheckerRequest): CheckerMessage {
  const { id } = request;
  switch (request.type) {
    case "check": {
      const diagnostics = checker.check(request);
      return { type: "checked", id, diagnostics: diagnostics instanceof SyntaxError ? undefined : diagnostics, notes: checker.program.takeProblems() };
    }
    case "complete": return { type: "completed", id, ...complete(request.code, request.cursor, checker, imports) };
    case "inspect": return { type: "inspected", id, found: inspect(request.code, request.cursor, request.detail, checker, imports) };
  }
}
