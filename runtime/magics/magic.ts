/** The magics there are: plain data that the front, the session, completion and the checker share. */
import { TYPE_CHECK_MODES } from "../check/type-diagnostic.ts";

export interface Magic {
  readonly name: string;
  /** A line of the cell, the cell's first line (`%%name`, about the rest of it), or either. */
  readonly form: "line" | "cell" | "either";
  /** What stands behind its name: TypeScript, or words of its own. */
  readonly takes: "code" | "words";
  /** Where it is done: in the front before the cell runs, or in the session at its place in the cell. */
  readonly place: "front" | "session";
  /** One line. */
  readonly summary: string;
  readonly usage: readonly string[];
  readonly help: string;
  /** What completion offers behind its name: these words, or paths of files. */
  readonly words?: readonly string[] | "files";
}

/** `!command` under a name that no `%name` can have. */
export const SHELL = "!";

export const MAGICS: readonly Magic[] = [
  {
    name: "time", form: "either", takes: "code", place: "session",
    summary: "how long a statement, or a whole cell, takes",
    usage: ["%time STATEMENT", "%%time"],
    help: "Runs the statement once and says how long it took, by the clock and of the CPU. What is awaited in it is waited for; its value is the cell's as always. `%%time` on a cell's first line times the cell.",
  },
  {
    name: "bench", form: "cell", takes: "words", place: "session",
    summary: "runs a cell again and again, and says how long one run takes",
    usage: ["%%bench", "%%bench -n RUNS"],
    help: "Runs the cell's statements (imports only once) for about a second, and says the median of a run, the mean and how far runs are apart. `-n 20` runs them exactly 20 times. What the cell declares is there afterwards, as after any cell.",
    words: ["-n"],
  },
  {
    name: "who", form: "line", takes: "words", place: "session",
    summary: "the session's variables, what they are and what they hold",
    usage: ["%who", "%who KIND"],
    help: "A table of what cells have declared, newest last. `%who function`, `%who class`, `%who import` or `%who variable` shows those alone, `%who all` also the oldest of very many.",
    words: ["variable", "function", "class", "import", "all"],
  },
  {
    name: "reset", form: "line", takes: "words", place: "front",
    summary: "a fresh session: no variables, no modules, no timers",
    usage: ["%reset"],
    help: "Starts a fresh session in place of this one; it asks nothing. The cluster, its detached actors and their state stay, and cells keep their numbers. Stands before the cell's code, which then runs in the fresh session.",
    words: ["-f"],
  },
  {
    name: "load", form: "line", takes: "words", place: "front",
    summary: "puts a file's text into the cell",
    usage: ["%load FILE"],
    words: "files",
    help: "In a notebook the cell then holds the file's text, to be edited and run. At a prompt, in a pipe and in `ray-ts test`, where no cell can be filled, the text runs at once. Stands alone in its cell.",
  },
  {
    name: "npm", form: "line", takes: "words", place: "session",
    summary: "npm in the notebook's folder: %npm install lodash",
    usage: ["%npm install PACKAGE…", "%npm COMMAND…"],
    help: "Runs npm in the notebook's folder and shows what it prints while it does. What was installed can be imported at once, with its types; of a package that this session has loaded already, a new version is seen after `%reset`. An interrupt stops it.",
    words: ["install", "uninstall", "ls", "update", "outdated", "run", "view"],
  },
  {
    name: "typecheck", form: "line", takes: "words", place: "front",
    summary: "whether cells are checked by types",
    usage: ["%typecheck", "%typecheck MODE"],
    help: "`warn`: cells run, and their type errors show under them. `error`: a cell with type errors does not run. `off`: types are not checked. Without a mode: what it is now. Stands before the cell's code, and counts for it and all that follow.",
    words: TYPE_CHECK_MODES,
  },
  {
    name: "lsmagic", form: "line", takes: "words", place: "session",
    summary: "this list",
    usage: ["%lsmagic"],
    help: "Lists the magics. `%time?` or `%time --help` says more about one.",
  },
];

export const SHELL_MAGIC: Magic = {
  name: SHELL, form: "line", takes: "words", place: "session",
  summary: "runs a command of the shell: !git status",
  usage: ["!COMMAND"],
  help: "Runs the command by the shell in the notebook's folder and shows what it prints while it does. An interrupt stops it; when it fails, so does the cell (`!grep x file || true` does not). A line that is TypeScript stays TypeScript: `!ready` is the opposite of `ready` where there is such a name.",
};

export const magicNamed = (name: string): Magic | undefined => (name === SHELL ? SHELL_MAGIC : MAGICS.find((magic) => magic.name === name));

/** A magic as a cell calls it. Offsets are the cell's. */
export interface MagicCall {
  readonly name: string;
  /** What stands behind the name, on its line. */
  readonly text: string;
  readonly isCell: boolean;
  /** Only its help is wanted. */
  readonly wantsHelp: boolean;
  readonly start: number;
  /** Where its text begins. */
  readonly textStart: number;
  /** The end of its line. */
  readonly end: number;
}
