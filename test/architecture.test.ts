/**
 * What holds the parts apart, as a program: which part may import which, where packages are loaded, what stays pure. A breach is a
 * line that says where, what, and which rule. ARCHITECTURE.md says what the parts are for.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "./fixtures/dist-folder.ts";
import { readSources, type Import, type SourceFile } from "./fixtures/source-tree.ts";

const sources = readSources(["runtime", "kernel", "repl"]);

const PLAIN_DATA = ["runtime/ids.ts", "runtime/errors.ts", "runtime/engine"];
const PROTOCOL = ["runtime/session/output.ts", "runtime/session/session-protocol.ts"];

/**
 * The parts from the bottom to the top, and what each may import: parts above it in this list, whole or one file of them. A file
 * that is a part of its own is what two processes agree on (messages, marks, descriptors), or puts others together.
 */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  "runtime/ids.ts": [],
  "runtime/errors.ts": [],
  "runtime/nearest-name.ts": [],
  "runtime/engine": ["runtime/ids.ts"],
  "runtime/check/type-diagnostic.ts": [],
  "runtime/magics/magic.ts": ["runtime/check/type-diagnostic.ts"],
  "runtime/session/output.ts": [],
  "runtime/session/session-protocol.ts": ["runtime/engine", "runtime/magics/magic.ts", "runtime/session/output.ts"],
  "runtime/session/output-marks.ts": ["runtime/session/output.ts"],
  "runtime/worker/watch-commands.ts": [],
  "runtime/worker/client-number.ts": ["runtime/ids.ts"],
  "runtime/worker/text-streams.ts": [],
  "runtime/worker/shown-stacks.ts": [],
  "runtime/worker/watch.ts": ["runtime/worker/watch-commands.ts"],
  "runtime/worker/halts.ts": ["runtime/worker/watch-commands.ts"],
  "runtime/worker/inspector-relay.ts": [],
  "runtime/worker/interrupt-child.ts": [],
  "runtime/worker/take-stack.ts": ["runtime/worker/inspector-relay.ts", "runtime/worker/watch-commands.ts"],
  "runtime/worker/watch-thread.ts": ["runtime/worker/halts.ts", "runtime/worker/inspector-relay.ts", "runtime/worker/interrupt-child.ts", "runtime/worker/take-stack.ts", "runtime/worker/watch-commands.ts"],
  "runtime/head/boot.ts": ["runtime/ids.ts", "runtime/engine", "runtime/session/session-protocol.ts"],
  "runtime/head/prints.ts": [],

  "runtime/check/notebook-mode.ts": ["runtime/check/type-diagnostic.ts"],
  "runtime/check/check-protocol.ts": ["runtime/check/type-diagnostic.ts"],
  "runtime/check/format-diagnostics.ts": ["runtime/check/type-diagnostic.ts"],

  "runtime/compile": [],
  "runtime/magics": ["runtime/nearest-name.ts", "runtime/compile", "runtime/magics/magic.ts"],
  "runtime/check": ["runtime/nearest-name.ts", "runtime/check/check-protocol.ts", "runtime/magics", "runtime/check/type-diagnostic.ts", "runtime/compile"],
  "runtime/serialize": [...PLAIN_DATA],
  "runtime/views": [...PLAIN_DATA, "runtime/session/output.ts"],
  // in a browser's page
  "runtime/page": ["runtime/views"],
  "runtime/store": ["runtime/ids.ts", "runtime/errors.ts"],
  "runtime/env": ["runtime/engine", "runtime/errors.ts", "runtime/store/format-bytes.ts", "runtime/store/process-start.ts"],
  "runtime/logs": ["runtime/engine"],
  "runtime/metrics": ["runtime/engine"],
  "runtime/wire": [...PLAIN_DATA, "runtime/serialize", "runtime/store/store.ts"],
  "runtime/modules": ["runtime/errors.ts", "runtime/compile"],
  "runtime/ship": [...PLAIN_DATA, "runtime/compile", "runtime/modules/named-export.ts", "runtime/serialize"],
  "runtime/api": [...PLAIN_DATA, ...PROTOCOL, "runtime/nearest-name.ts", "runtime/serialize/codec.ts", "runtime/serialize/error-name.ts", "runtime/serialize/serializers.ts"],

  "runtime/head/scheduler": ["runtime/ids.ts", "runtime/engine/placement.ts"],
  "runtime/head": [...PLAIN_DATA, ...PROTOCOL, "runtime/head/boot.ts", "runtime/head/prints.ts", "runtime/head/scheduler", "runtime/env", "runtime/logs", "runtime/metrics", "runtime/store", "runtime/views", "runtime/wire", "runtime/worker/client-number.ts", "runtime/worker/watch-commands.ts"],
  "runtime/local": [...PLAIN_DATA, ...PROTOCOL, "runtime/env/env-key.ts", "runtime/head/boot.ts", "runtime/logs", "runtime/metrics", "runtime/serialize", "runtime/store", "runtime/views/worker-prints.ts", "runtime/wire", "runtime/worker/client-number.ts"],
  "runtime/local/script-progress.ts": [...PLAIN_DATA, "runtime/views"],
  "runtime/local/script-host.ts": [...PLAIN_DATA, ...PROTOCOL, "runtime/api/host.ts", "runtime/local", "runtime/local/script-progress.ts", "runtime/serialize", "runtime/ship"],
  "runtime/index.ts": ["runtime/api", "runtime/errors.ts", "runtime/local/script-host.ts"],

  "runtime/worker": [
    ...PLAIN_DATA, "runtime/api", "runtime/compile/stack-map.ts", "runtime/head/boot.ts", "runtime/head/prints.ts", "runtime/local", "runtime/modules", "runtime/serialize",
    "runtime/ship", "runtime/wire", "runtime/worker/client-number.ts", "runtime/worker/halts.ts", "runtime/worker/shown-stacks.ts", "runtime/worker/take-stack.ts", "runtime/worker/text-streams.ts", "runtime/worker/watch-commands.ts", "runtime/worker/watch.ts",
  ],
  "runtime/session": [
    ...PLAIN_DATA, ...PROTOCOL, "runtime/api", "runtime/compile", "runtime/local", "runtime/magics", "runtime/magics/magic.ts", "runtime/modules", "runtime/serialize", "runtime/session/output-marks.ts", "runtime/ship", "runtime/views/html.ts", "runtime/views/quantity.ts",
    "runtime/wire/outbox.ts", "runtime/worker/interrupt-child.ts", "runtime/worker/shown-stacks.ts", "runtime/worker/text-streams.ts", "runtime/worker/watch-commands.ts", "runtime/worker/watch.ts",
  ],
  "runtime/debug": ["runtime/compile"],
  "runtime/front": [
    "runtime/debug/inspector.ts",
    ...PLAIN_DATA, ...PROTOCOL, "runtime/check/check-protocol.ts", "runtime/check/format-diagnostics.ts", "runtime/check/type-diagnostic.ts", "runtime/compile/is-complete.ts", "runtime/magics", "runtime/magics/magic.ts", "runtime/local/event-subscription.ts", "runtime/local/head-process.ts", "runtime/local/standing-cluster.ts", "runtime/session/output-marks.ts", "runtime/views",
    "runtime/local/local-engine.ts", "runtime/serialize",
    "runtime/worker/watch-commands.ts",
  ],

  "kernel/labextension": ["runtime/page"],
  "kernel/wire": [],
  "kernel": ["kernel/wire", "runtime/check/notebook-mode.ts", "runtime/check/type-diagnostic.ts", "runtime/debug", "runtime/front", "runtime/session/output.ts", "runtime/store/process-start.ts"],
  "repl/notebook": [],
  "repl/terminal": ["repl/notebook", "runtime/check/notebook-mode.ts", "runtime/check/type-diagnostic.ts", "runtime/front", "runtime/session/output.ts", "runtime/views"],
  "repl/notebook-tests": ["repl/notebook", "runtime/check/notebook-mode.ts", "runtime/check/type-diagnostic.ts", "runtime/front", "runtime/session/output.ts"],
  "repl/check": ["repl/notebook", "runtime/check"],
  "repl/cluster": ["runtime/session/session-protocol.ts", "runtime/local/standing-cluster.ts", "runtime/store/folders.ts", "runtime/store/format-bytes.ts", "runtime/ids.ts", "runtime/local/ask-head.ts", "runtime/logs", "runtime/metrics", "runtime/engine"],
  "repl/cli.ts": ["runtime/check/type-diagnostic.ts", "runtime/engine", "kernel/install.ts", "kernel/main.ts", "kernel/package-root.ts", "repl/check", "repl/cluster", "repl/notebook-tests", "repl/terminal"],
};

/** Where a package may be named in code. What is not here is imported nowhere. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  zeromq: ["runtime/wire", "kernel/wire"],
  koffi: ["runtime/store"],
  "oxc-parser": ["runtime/check", "runtime/compile", "runtime/ship/foreign", "runtime/session/ray-face.ts"],
  "oxc-transform": ["runtime/compile"],
  esbuild: ["runtime/compile"],
  "esbuild-wasm": ["runtime/compile/esbuild.ts"],
  "@jridgewell/trace-mapping": ["runtime/compile"],
  "typescript/unstable/sync": ["runtime/check/typescript-server.ts"],
  "typescript/unstable/ast": ["runtime/check/typescript-server.ts"],
  commander: ["repl/cli.ts"],
  picocolors: ["repl"],
};

/** Text in, text out; events in, commands out: no files, sockets, processes, clocks or chance. */
const PURE = [
  "runtime/nearest-name.ts", "runtime/check/cell-module.ts", "runtime/check/cell-names.ts", "runtime/check/covers-folder.ts", "runtime/check/diagnose.ts", "runtime/check/directives.ts", "runtime/check/format-diagnostics.ts", "runtime/check/name-table.ts", "runtime/check/narrowed-names.ts", "runtime/check/notebook-mode.ts", "runtime/check/prelude.ts", "runtime/check/slots.ts", "runtime/check/type-diagnostic.ts",
  "runtime/compile", "runtime/engine", "runtime/magics", "runtime/head/memory/candidates.ts", "runtime/head/memory/choose-victim.ts", "runtime/head/scheduler", "runtime/head/store-grants.ts", "runtime/head/store-pressure.ts", "runtime/metrics", "runtime/views", "runtime/session/output-marks.ts", "runtime/session/output.ts", "runtime/session/session-protocol.ts",
  "runtime/store/blocks.ts", "runtime/store/borrowed-objects.ts", "runtime/store/choose-spills.ts", "runtime/store/count-table.ts", "runtime/store/id-table.ts", "runtime/store/old-blocks.ts", "runtime/store/owned-objects.ts", "runtime/store/reference-command.ts", "runtime/store/references.ts",
  "runtime/local/kind-times.ts", "runtime/local/lease-pool.ts", "runtime/local/lineage.ts", "runtime/local/sent-tasks.ts", "runtime/local/when-to-collect.ts", "runtime/wire/record-reader.ts", "runtime/wire/record-writer.ts", "runtime/wire/spin-patience.ts", "runtime/worker/watch-commands.ts",
];
const PURE_MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  // a hash of the cell's text is the name of its units
  "runtime/compile/compile-cell.ts": ["node:crypto"],
  // packages that are loaded when a text first needs them
  "runtime/compile/esbuild.ts": ["node:module"],
  "runtime/compile/compile-file.ts": ["node:module"],
  // characters that arrive in two halves
  "runtime/session/output-marks.ts": ["node:util"],
};

/** What a pure file may ask of the world all the same. */
const PURE_MAY_USE: Readonly<Record<string, readonly string[]>> = {
  // which of two programs that give the same answer does the work
  "runtime/compile/esbuild.ts": ["process.env"],
  // of a time that came with an event
  "runtime/views/quantity.ts": ["new Date"],
};

/** The programs of the build whose reach is a promise: what is in them when they start. */
const MUST_NOT_REACH: Readonly<Record<string, readonly string[]>> = {
  // the head and the fronts run no user code
  "runtime/head/main.ts": ["runtime/api", "runtime/compile", "runtime/ship", "runtime/modules", "oxc-parser", "oxc-transform"],
  "runtime/front/create-front.ts": ["runtime/api", "runtime/ship", "runtime/modules", "runtime/session/evaluate.ts", "typescript/unstable/sync"],
  // the checker runs no user code, and knows nothing of clusters
  "runtime/check/main.ts": ["runtime/api/ray.ts", "runtime/ship", "runtime/modules", "zeromq", "koffi"],
  // workers start without a compiler
  "runtime/worker/main.ts": ["oxc-parser", "oxc-transform", "esbuild", "runtime/compile/compile-cell.ts", "runtime/session/session.ts"],
  // ZeroMQ in a thread aborts the process when the thread ends
  "runtime/worker/watch-thread.ts": ["zeromq", "koffi", "runtime/wire"],
  "runtime/session/module-hooks-thread.ts": ["zeromq", "koffi", "runtime/wire"],
};

/** Who may use the one thing by which an engine is chosen: the places where a process is put together. */
const CHOSEN_BY: Readonly<Record<string, readonly string[]>> = {
  "runtime/api/ray.ts": ["runtime/index.ts", "runtime/session/ray-face.ts", "runtime/worker/main.ts"],
  "runtime/local/local-engine.ts": ["runtime/front/view-actions.ts", "runtime/local/script-host.ts", "runtime/session/ray-face.ts", "runtime/worker/worker-process.ts"],
  "runtime/local/script-host.ts": ["runtime/index.ts"],
};

const MOST_LINES = 400;
/** Over it, each for one reason; no more may come. */
const LONG_FILES: Readonly<Record<string, number>> = {
  "runtime/serialize/graph-write.ts": 410,
};

const within = (path: string, place: string): boolean => path === place || path.startsWith(place + "/");

/** The part with the longest name that holds the file. */
function partOf(path: string): string | undefined {
  return Object.keys(PARTS).filter((part) => within(path, part)).sort((a, b) => b.length - a.length)[0];
}

const importsOf = (file: SourceFile): readonly (Import & { readonly target: string })[] => file.imports.filter((each): each is Import & { target: string } => each.target !== undefined);

test("the table of parts points down", () => {
  const order = Object.keys(PARTS);
  const upward = order.flatMap((part, place) => (PARTS[part] as readonly string[]).filter((other) => order.indexOf(partOf(other) ?? "") < 0 || order.indexOf(partOf(other) as string) >= place).map((other) => `${part} may import ${other}, which does not stand above it`));
  expect(upward).toEqual([]);
});

test("every file is in a part", () => {
  expect([...sources.keys()].filter((path) => partOf(path) === undefined)).toEqual([]);
});

test("a part imports only what the table gives it", () => {
  const breaches = [...sources.values()].flatMap((file) => {
    const part = partOf(file.path) as string;
    const allowed = PARTS[part] as readonly string[];
    const wrong = importsOf(file).filter(({ target }) => partOf(target) !== part && !allowed.some((place) => within(target, place)));
    return wrong.map(({ target, line }) => `${file.path}:${line} imports ${target}: ${part} may import ${allowed.join(", ") || "nothing of ours"}`);
  });
  expect(breaches).toEqual([]);
});

test("no import cycles, types included", () => {
  expect(cyclesOf(sources).map((cycle) => cycle.join(" → "))).toEqual([]);
});

test("packages are named where they belong, and nowhere else", () => {
  const known = Object.keys(PACKAGES);
  const breaches = [...sources.values()].flatMap((file) => [
    ...file.strings.filter(({ value }) => known.includes(value) && !(PACKAGES[value] as readonly string[]).some((place) => within(file.path, place)))
      .map(({ value, line }) => `${file.path}:${line} names ${value}: only ${(PACKAGES[value] as readonly string[]).join(", ")} may`),
    ...file.imports.filter(({ specifier, target }) => target === undefined && !specifier.startsWith("node:") && !known.includes(specifier))
      .map(({ specifier, line }) => `${file.path}:${line} imports ${specifier}, which is not in the table of packages (Node's own modules begin with node:)`),
  ]);
  expect(breaches).toEqual([]);
});

test("pure parts import only pure files and take nothing from the world", () => {
  const isPure = (path: string): boolean => PURE.some((place) => within(path, place)) || path === "runtime/ids.ts" || path === "runtime/errors.ts";
  const breaches = [...sources.values()].filter(({ path }) => PURE.some((place) => within(path, place))).flatMap(({ path, imports, effects }) => [
    ...imports.filter(({ specifier }) => specifier.startsWith("node:") && !PURE_MAY_IMPORT[path]?.includes(specifier)).map(({ specifier, line }) => `${path}:${line} imports ${specifier}, and is to be pure`),
    ...imports.filter(({ target, isType }) => target !== undefined && !isType && !isPure(target)).map(({ target, line }) => `${path}:${line} imports ${target}, which is not pure`),
    ...effects.filter(({ name }) => !PURE_MAY_USE[path]?.includes(name)).map(({ name, line }) => `${path}:${line} uses ${name}, and is to be pure: let it come in with the event or the options`),
  ]);
  expect(breaches).toEqual([]);
});

test("what runs beside a cell's code has timers of its own: an interrupt takes the cell's", () => {
  const breaches = ["runtime/wire", "runtime/local", "runtime/store"].flatMap((place) => [...sources.values()].filter(({ path, imports }) => within(path, place) && !imports.some(({ specifier }) => specifier === "node:timers"))
    .flatMap(({ path, effects }) => effects.filter(({ name }) => /^set(Timeout|Interval|Immediate)\(\)$/.test(name)).map(({ name, line }) => `${path}:${line} uses ${name}: import it from node:timers`)));
  expect(breaches).toEqual([]);
});

test("programs do not carry what they must not run", () => {
  const breaches = Object.entries(MUST_NOT_REACH).flatMap(([program, forbidden]) => {
    const paths = reachedFrom(program);
    return forbidden.flatMap((place) => [...paths].filter(([reached]) => within(reached, place)).slice(0, 1).map(([, path]) => `${program} must not reach ${place}: ${path.join(" → ")}`));
  });
  expect(breaches).toEqual([]);
});

test("only the places where a process is put together choose its engine", () => {
  const breaches = Object.entries(CHOSEN_BY).flatMap(([chosen, places]) =>
    [...sources.values()].flatMap(({ path, imports }) =>
      imports.filter(({ target, isType }) => target === chosen && !isType && !places.includes(path)).map(({ line }) => `${path}:${line} uses ${chosen}: only ${places.join(", ")} may`)));
  expect(breaches).toEqual([]);
});

test("no export *: every public name is written once", () => {
  expect([...sources.values()].flatMap(({ path, starExports }) => starExports.map((line) => `${path}:${line}`))).toEqual([]);
});

test("what draws views in a page turns no text into markup and asks no one for anything", () => {
  const forbidden = /\b(innerHTML|outerHTML|insertAdjacentHTML|srcdoc|DOMParser|createContextualFragment|document\.write|eval|Function|fetch|XMLHttpRequest|WebSocket|EventSource|sendBeacon|import)\b\s*[(=.]/;
  const inPage = [...sources.keys()].filter((path) => ["runtime/page", "kernel/labextension"].some((place) => within(path, place)));
  const breaches = inPage.flatMap((path) => readFileSync(join(repository, path), "utf8").split("\n").flatMap((text, i) => (forbidden.test(text) ? [`${path}:${i + 1} ${text.trim()}`] : [])));
  expect(inPage.length).toBeGreaterThan(10);
  expect(breaches).toEqual([]);
});

test("files are named for what they are", () => {
  const says = (path: string): string | undefined => {
    const name = path.split("/").at(-1) as string;
    if (/^(utils?|helpers?|types?|common|misc|shared|manager)\.ts$/.test(name) || /(-utils?|-helpers?|-manager|\d)\.ts$/.test(name)) return `${path} says nothing of what is in it`;
    return /^[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(name) ? undefined : `${path} is not in kebab-case`;
  };
  expect([...sources.keys()].map(says).filter(Boolean)).toEqual([]);
});

test(`no file has more than ${MOST_LINES} lines`, () => {
  const breaches = [...sources.values()].flatMap(({ path, lines }) => {
    const most = LONG_FILES[path] ?? MOST_LINES;
    if (lines > most) return [`${path} has ${lines} lines, ${most} at the most: take a part out of it that has a name`];
    return path in LONG_FILES && lines <= MOST_LINES ? [`${path} has ${lines} lines by now: take it out of LONG_FILES`] : [];
  });
  expect(breaches).toEqual([]);
});

/** Sets of files that import each other round and round, each as one way through it. */
function cyclesOf(files: ReadonlyMap<string, SourceFile>): string[][] {
  const state = new Map<string, "open" | "done">();
  const way: string[] = [];
  const cycles: string[][] = [];
  const visit = (path: string): void => {
    if (state.get(path) === "done") return;
    if (state.get(path) === "open") return void cycles.push([...way.slice(way.indexOf(path)), path]);
    state.set(path, "open");
    way.push(path);
    const file = files.get(path);
    if (file) for (const { target } of importsOf(file)) visit(target);
    way.pop();
    state.set(path, "done");
  };
  for (const path of files.keys()) visit(path);
  return cycles;
}

/** Files and packages that are loaded with a program, each with the way to it. What `import()` loads comes later. */
function reachedFrom(program: string): ReadonlyMap<string, readonly string[]> {
  if (!sources.has(program)) throw new Error(`There is no program ${program}: mend the table in this test`);
  const ways = new Map<string, readonly string[]>([[program, [program]]]);
  for (const [path, way] of ways) {
    for (const { target, specifier, isType, isLater } of sources.get(path)?.imports ?? []) {
      const reached = target ?? specifier;
      if (!isType && !isLater && !ways.has(reached)) ways.set(reached, [...way, reached]);
    }
  }
  return ways;
}
