/** `ray-ts check`: the type errors of files and notebooks, as their cells would show them, without running anything. */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import pc from "picocolors";
import { diagnosticsText } from "../../runtime/check/format-diagnostics.ts";
import { checkCells, type CheckedSource, checkFiles, programFolder, type SourceCell } from "../../runtime/check/source-checker.ts";
import type { TypeDiagnostic } from "../../runtime/check/type-diagnostic.ts";
import { joinLines, NotebookFormatError, parseNotebook, type Notebook } from "../notebook/notebook.ts";
import { rulesOf, TagError } from "../notebook/tags.ts";
import { findSources, isNotebook, NothingToCheckError } from "./find-sources.ts";

const EXIT = { right: 0, wrong: 1, misuse: 2 } as const;

/** The folder of the built programs, of which this is one. */
const DIST = import.meta.dirname;

export async function checkSources(paths: readonly string[], { json }: { readonly json: boolean }): Promise<number> {
  try {
    const files = findSources(paths);
    const checked = [...checkNotebooks(files.filter(isNotebook)), ...checkTexts(files.filter((path) => !isNotebook(path)))];
    const order = (path: string): number => files.indexOf(path);
    checked.sort((a, b) => order(a.file) - order(b.file));
    const wrong = checked.flatMap(({ file, source }) => source.diagnostics.map((diagnostic) => ({ file, source, diagnostic })));
    if (json) console.log(JSON.stringify(wrong.map(({ file, source, diagnostic }) => row(file, source, diagnostic)), null, 2));
    else print(checked, files.length, wrong.length);
    return wrong.length > 0 ? EXIT.wrong : EXIT.right;
  } catch (error) {
    const isExpected = error instanceof NothingToCheckError || error instanceof NotebookFormatError || error instanceof TagError;
    if (!isExpected) throw error;
    console.error(error.message);
    return EXIT.misuse;
  }
}

interface Checked {
  readonly file: string;
  readonly source: CheckedSource;
}

function checkNotebooks(paths: readonly string[]): Checked[] {
  return paths.flatMap((file) => {
    const { notebook } = parseNotebook(file, readFileSync(file, "utf8"));
    if (!isTypeScript(notebook)) {
      console.error(`${file}: left out, its language is not TypeScript`);
      return [];
    }
    return checkCells(dirname(resolve(file)), cellsOf(notebook), DIST).map((source) => ({ file, source }));
  });
}

function checkTexts(paths: readonly string[]): Checked[] {
  const byFolder = new Map<string, string[]>();
  for (const path of paths) byFolder.set(programFolder(path), [...(byFolder.get(programFolder(path)) ?? []), path]);
  return [...byFolder].flatMap(([folder, files]) => checkFiles(folder, files.map((path) => ({ path, text: readFileSync(path, "utf8") })), DIST).map((source) => ({ file: source.name, source })));
}

/** Those that a run of the notebook would run. */
function cellsOf(notebook: Notebook): SourceCell[] {
  const run = notebook.cells.filter((cell) => cell.cell_type === "code" && joinLines(cell.source).trim() !== "" && !rulesOf(cell).isSkipped);
  return run.map((cell, index) => ({ name: `In[${index + 1}]`, code: joinLines(cell.source), mayBeWrong: rulesOf(cell).mustRaise }));
}

function isTypeScript({ metadata }: Notebook): boolean {
  const { language_info: info, kernelspec } = metadata as { language_info?: { name?: unknown }; kernelspec?: { language?: unknown } };
  const language = info?.name ?? kernelspec?.language ?? "typescript";
  return language === "typescript" || language === "javascript";
}

const row = (file: string, { name }: CheckedSource, { related, ...diagnostic }: TypeDiagnostic): object => ({ file, ...(name !== file && { cell: name }), ...diagnostic, ...(related.length > 0 && { related }) });

function print(checked: readonly Checked[], files: number, count: number): void {
  for (const { file, source } of checked) {
    if (source.diagnostics.length === 0) continue;
    const name = source.name === file ? file : `${file} ${source.name}`;
    const marked = diagnosticsText(name, source.code, source.diagnostics).replace(/^(.+?:\d+:\d+) ((?:TS|RAY)\d+|SyntaxError):/gm, (_, place: string, code: string) => `${pc.bold(place)} ${pc.red(code)}:`);
    process.stdout.write(marked);
  }
  const inFiles = `${files} file${files === 1 ? "" : "s"}`;
  console.log(count === 0 ? pc.green(`no type errors in ${inFiles}`) : pc.red(`${count} type error${count === 1 ? "" : "s"} in ${inFiles}`));
}
