/**
 * A worker serves drivers of several folders, one at a time. Each folder has its own importer, received code and modules: what
 * one driver sent never meets modules of another's. Owns: the working folder of the process.
 */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { createRequire } from "node:module";
import type { StackMapper } from "../compile/stack-map.ts";
import { createImporter, type ImporterOptions } from "../modules/importer.ts";
import type { CodeShipper, RefHooks, ValueCodec } from "../serialize/codec.ts";
import { createShipper, type Shipper } from "../ship/create-shipper.ts";
import { parseLater } from "../ship/foreign/parse-later.ts";

/** The folder of the built programs. */
export const PROGRAMS = dirname(fileURLToPath(import.meta.url));

export interface DriverFoldersOptions {
  /** What the process's own modules export, by specifier; filled in later. */
  readonly own: ImporterOptions["own"];
  readonly guard: Int32Array;
  /** What compiled loops call when the guard word is set. */
  readonly interrupted: () => void;
  readonly stacks: StackMapper;
  readonly refs: () => RefHooks | undefined;
  /** Tells a new shipper what it needs of the public face. */
  readonly prepare: (shipper: Shipper) => void;
  /** Where packages of this process's runtime environment are. */
  readonly packageFolders: readonly string[];
}

export class DriverFolders {
  private readonly options: DriverFoldersOptions;
  /** Where the process was started: the folder of an embedded cluster's one driver. */
  private readonly home = process.cwd();
  private readonly shippers = new Map<string, Shipper>();
  private folder = this.home;
  private shipper: Shipper;
  /** Makes the environment's packages known to code that imports by itself, once what `ray-ts` exports is there. */
  hookImports: (() => void) | undefined;

  constructor(options: DriverFoldersOptions) {
    this.options = options;
    this.shipper = this.create(this.home);
  }

  private create(folder: string): Shipper {
    const { own, guard, interrupted, stacks, refs, prepare, packageFolders } = this.options;
    const importer = createImporter({ folder, own, packageFolders });
    const shipper = createShipper({
      runtime: { import: importer.import, require: importer.require, meta: importer.meta, guard, interrupted },
      originOf: importer.originOf,
      refs,
      stacks,
      warn: (text) => console.error(text),
      parse: parseLater(createRequire(import.meta.url)),
    });
    if (packageFolders.length > 0) this.hookImports ??= importer.hook;
    this.shippers.set(folder, shipper);
    // the first is made before the face
    if (folder !== this.home) prepare(shipper);
    return shipper;
  }

  /** From now on code, values and imports are those of this folder's drivers. */
  enter(folder = this.home): void {
    if (folder === this.folder) return;
    this.shipper = this.shippers.get(folder) ?? this.create(folder);
    this.folder = folder;
    try {
      process.chdir(folder);
    } catch (error) {
      console.error(`ray: cannot enter the driver's folder ${folder}: ${(error as Error).message}`);
    }
  }

  get current(): Shipper {
    return this.shipper;
  }

  get name(): string {
    return this.folder;
  }

  readonly codec: ValueCodec = {
    encode: (value, label) => this.shipper.codec.encode(value, label),
    encodeArgs: (args, label) => this.shipper.codec.encodeArgs(args, label),
    failures: (value, label) => this.shipper.codec.failures(value, label),
    decode: (encoded) => this.shipper.codec.decode(encoded),
  };

  readonly code: CodeShipper = {
    ship: (code, boundName) => {
      const shipped = this.shipper.ship(code, boundName);
      // the receiver keeps functions by key: the same text of another folder has other imports
      return this.folder === this.home ? shipped : { ...shipped, key: `${shipped.key}@${this.folder}` };
    },
    receive: (code) => this.shipper.receive(code),
  };
}
