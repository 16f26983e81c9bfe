/**
 * TypeScript 7's native server behind one class: the only file that knows its API, which TypeScript calls unstable (the version is
 * pinned in package.json). Calls block: whoever makes them runs in a process that has nothing else to do.
 *
 * What it costs, and why callers do as they do: a program in which one file's text changed and its list of imports did not is made again
 * within a millisecond; anything else (two files at once, an import more) looks up every module again, 20 to 60 ms. So one
 * file is changed at a time.
 */
import { API, CompletionItemKind, DiagnosticCategory, SignatureKind, SymbolFlags, type Diagnostic, type Project, type Signature, type Snapshot, type Symbol, type Type, type TypeReference, type UnionType } from "typescript/unstable/sync";
import { findPrecedingToken, SyntaxKind, type Node, type SourceFile } from "typescript/unstable/ast";

export { CompletionItemKind, findPrecedingToken, SignatureKind, SymbolFlags, SyntaxKind };
export type { Diagnostic, Node, Signature, SourceFile, Symbol, Type };

export interface ServerFiles {
  /** The text of a file that is not on the disk, or stands in for one that is; undefined: the disk's. */
  read(path: string): string | undefined;
  /** As if the disk had no such file. */
  hides(path: string): boolean;
  /** The server takes this file from the disk. */
  readFromDisk(path: string): void;
}

export interface MemberEntry {
  readonly name: string;
  readonly kind: CompletionItemKind | undefined;
  readonly insertText: string | undefined;
}

export interface SignatureParameter {
  readonly name: string;
  readonly type: string;
  readonly isOptional: boolean;
  readonly isRest: boolean;
}

export interface SignatureParts {
  readonly typeParameters: readonly string[];
  readonly parameters: readonly SignatureParameter[];
  readonly returns: string;
}

/** The server's process is gone: nothing more can be asked of it. */
export class ServerDiedError extends Error {
  override readonly name = "ServerDiedError";
}

/** At a place where any name may stand 7.0 gives no list at all, for want of its index of what could be imported. */
const NO_LIST_OF_NAMES = "completion list needs auto imports";

export class TypeScriptServer {
  readonly #api: API;
  readonly #config: string;
  #snapshot: Snapshot | undefined;
  /** To be given back when nobody waits for an answer: that is a question to the server too. */
  #stale: Snapshot[] = [];

  constructor(folder: string, config: string, files: ServerFiles) {
    this.#config = config;
    this.#api = new API({
      cwd: folder,
      fs: {
        // undefined leaves a path to the disk
        readFile: (path) => {
          const text = files.read(path);
          if (text !== undefined) return wellFormed(text);
          if (files.hides(path)) return null;
          files.readFromDisk(path);
          return undefined;
        },
        fileExists: (path) => (files.read(path) !== undefined ? true : files.hides(path) ? false : undefined),
      },
    });
  }

  /** The compiler options of a config file, those that it inherits among them, and what is wrong with it. */
  readConfig(config: string): { readonly options: Readonly<Record<string, unknown>>; readonly problems: readonly Diagnostic[] } {
    return this.#guarded(() => {
      const snapshot = this.#api.updateSnapshot({ openProjects: [config] });
      const project = snapshot.getProject(config);
      const options = { ...project?.compilerOptions };
      const problems = project?.program.getConfigFileParsingDiagnostics() ?? [];
      this.#replace(this.#api.updateSnapshot({ closeProjects: [config] }), snapshot);
      return { options, problems };
    });
  }

  open(): void {
    this.#guarded(() => this.#replace(this.#api.updateSnapshot({ openProjects: [this.#config] })));
  }

  changed(paths: readonly string[]): void {
    this.#guarded(() => this.#replace(this.#api.updateSnapshot({ fileChanges: { changed: [...paths] } })));
  }

  /** Everything is read again: packages may have come, files gone. */
  changedAnything(): void {
    this.#guarded(() => this.#replace(this.#api.updateSnapshot({ fileChanges: { invalidateAll: true } })));
  }

  /** Of its types: whoever asks has parsed the text already. */
  diagnostics(path: string): readonly Diagnostic[] {
    return this.#guarded(() => this.#project.program.getSemanticDiagnostics(path).filter(({ category }) => category === DiagnosticCategory.Error));
  }

  /** Gives back what is no longer asked about. */
  tidy(): void {
    this.#guarded(() => { for (const snapshot of this.#stale.splice(0)) snapshot.dispose(); });
  }

  /** What may stand at the position: one of these, any name, or nothing that could be listed. */
  completions(path: string, position: number): readonly MemberEntry[] | "any-name" | undefined {
    return this.#guarded(() => {
      try {
        const found = this.#project.checker.getCompletionsAtPosition(path, position);
        return found?.entries.map(({ name, kind, insertText }) => ({ name, kind, insertText }));
      } catch (error) {
        if ((error as Error).message === NO_LIST_OF_NAMES) return "any-name";
        throw error;
      }
    });
  }

  tree(path: string): SourceFile | undefined {
    return this.#guarded(() => this.#project.program.getSourceFile(path));
  }

  typesOf(nodes: readonly Node[]): readonly (Type | undefined)[] {
    return nodes.length === 0 ? [] : this.#guarded(() => this.#project.checker.getTypeAtLocation(nodes));
  }

  typeAt(path: string, position: number): Type | undefined {
    return this.#guarded(() => this.#project.checker.getTypeAtPosition(path, position));
  }

  /** What the name at the position stands for, behind imports. */
  symbolAt(path: string, position: number): Symbol | undefined {
    return this.#guarded(() => this.#behindImports(this.#project.checker.getSymbolAtPosition(path, position)));
  }

  symbolOf(type: Type): Symbol | undefined {
    return this.#guarded(() => type.getSymbol());
  }

  /** Of `A | B` both; of another type itself. */
  membersOfUnion(type: Type): readonly Type[] {
    return this.#guarded(() => (type.isUnionType() ? (type as UnionType).getTypes() : [type]));
  }

  /** Of `Map<K, V>`, `T[]` and tuples what is in the brackets. */
  typeArguments(type: Type): readonly Type[] {
    return this.#guarded(() => (type.isTypeReference() ? this.#project.checker.getTypeArguments(type as TypeReference) : []));
  }

  typeOfSymbol(symbol: Symbol): Type | undefined {
    return this.#guarded(() => this.#project.checker.getTypeOfSymbol(symbol));
  }

  text(type: Type): string {
    return this.#guarded(() => this.#project.checker.typeToString(type));
  }

  documentation(symbol: Symbol): { readonly text: string; readonly tags: readonly { readonly name: string; readonly text?: string | undefined }[] } {
    return this.#guarded(() => {
      const { checker } = this.#project;
      return { text: checker.getDocumentationCommentOfSymbol(symbol), tags: checker.getJsDocTagsOfSymbol(symbol) };
    });
  }

  /** The declaration of a symbol, and the file that has it. */
  declaration(symbol: Symbol): { readonly node: Node; readonly path: string } | undefined {
    const handle = symbol.valueDeclaration ?? symbol.declarations[0];
    const node = handle === undefined ? undefined : this.#guarded(() => handle.resolve());
    return node === undefined || handle === undefined ? undefined : { node, path: handle.path };
  }

  signatures(type: Type, kind: SignatureKind): readonly Signature[] {
    return this.#guarded(() => this.#project.checker.getSignaturesOfType(type, kind));
  }

  /** The one of several signatures that a call fits, or fits best. */
  signatureOfCall(call: Node): Signature | undefined {
    return this.#guarded(() => this.#project.checker.getResolvedSignature(call));
  }

  partsOf(signature: Signature): SignatureParts {
    return this.#guarded(() => {
      const { checker } = this.#project;
      const symbols = signature.getParameters();
      const parameters = symbols.map((symbol, index) => {
        const type = checker.getTypeOfSymbol(symbol);
        const declared = symbol.valueDeclaration?.resolve() as (Node & { readonly initializer?: Node; readonly questionToken?: Node }) | undefined;
        const isOptional = (symbol.flags & SymbolFlags.Optional) !== 0 || declared?.initializer !== undefined || declared?.questionToken !== undefined;
        return { name: symbol.name, type: type === undefined ? "any" : checker.typeToString(type), isOptional, isRest: signature.hasRestParameter && index === symbols.length - 1 };
      });
      const returns = checker.getReturnTypeOfSignature(signature);
      return { typeParameters: signature.getTypeParameters().map((each) => checker.typeToString(each)), parameters: parameters.flatMap(spread), returns: returns === undefined ? "any" : checker.typeToString(returns) };
    });
  }

  close(): void {
    // asked to end, the server writes "context canceled" to the terminal; it keeps nothing that would have to be saved
    const { channel } = (this.#api as unknown as { client: { channel: { child: { kill(signal: string): void }; close(): void } } }).client;
    channel.child.kill("SIGKILL");
    channel.close();
  }

  get #project(): Project {
    const project = this.#snapshot?.getProject(this.#config);
    if (project === undefined) throw new Error(`The project ${this.#config} is not open`);
    return project;
  }

  #behindImports(symbol: Symbol | undefined): Symbol | undefined {
    if (symbol === undefined || (symbol.flags & SymbolFlags.Alias) === 0) return symbol;
    return this.#project.checker.getAliasedSymbol(symbol);
  }

  #replace(next: Snapshot, previous = this.#snapshot): void {
    this.#snapshot = next;
    if (previous !== undefined) this.#stale.push(previous);
  }

  /** What a caller can go on after is an Error as it came; after a {@link ServerDiedError} nothing goes on. A server that panicked may hold its locks for ever. */
  #guarded<T>(ask: () => T): T {
    try {
      return ask();
    } catch (error) {
      const { message, code } = error as NodeJS.ErrnoException;
      const isGone = code === "EPIPE" || /^(panic|Unexpected EOF|Expected (fixed|positive|binary)|name mismatch|SyncRpcChannel)/.test(message);
      throw isGone ? new ServerDiedError(message, { cause: error }) : error;
    }
  }
}

/** Half of a surrogate pair is no JSON to the server. What stands in for it is as long, so that positions stay. */
const wellFormed = (text: string): string => text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");

/** `...args: [x: number, y?: string]` is two parameters; that of `T | undefined` which may be left out is one of `T`. */
function spread({ name, type, isOptional, isRest }: SignatureParameter): SignatureParameter[] {
  if (!isRest || !/^(readonly )?\[.*\]$/.test(type)) return [{ name, type: isOptional ? type.replace(/ \| undefined$/, "") : type, isOptional, isRest }];
  return elementsOf(type.slice(type.indexOf("[") + 1, -1)).map((element, index) => {
    const [, dots = "", label = `${name}_${index}`, mark = "", inner = element] = /^(\.\.\.)?([\p{ID_Continue}$]+)(\?)?: ([^]*)$/u.exec(element) ?? [];
    return { name: label, type: inner, isOptional: mark === "?", isRest: dots === "..." };
  });
}

/** The parts between commas that are in no brackets. */
function elementsOf(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if ("([{<".includes(character)) depth++;
    else if (")]}".includes(character) || (character === ">" && text[at - 1] !== "=")) depth--;
    else if (character === "," && depth === 0) {
      parts.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  return [...parts, text.slice(from).trim()].filter((part) => part !== "");
}
