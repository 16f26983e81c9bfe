/**
 * How objects that lie in blocks were made: by which tasks, from what. Pure. Owns: recipes, which are the tasks themselves, up to a
 * bound of bytes; the oldest go first.
 *
 * N1. A recipe is kept as long as one of its values is known here, or the recipe of something later needs one: a chain of tasks can be
 *     run again from its beginning though its middle is long gone.
 * N2. It holds no object, so it keeps nothing in the store: small inputs are kept as bytes, large ones must be there, or have a recipe.
 */
import type { ObjectId } from "../ids.ts";
import type { WireValue } from "../wire/hot-records.ts";
import type { Task } from "./task.ts";

/** A task and what belongs to it, without its bytes. */
const RECIPE_BYTES = 1000;

export interface Recipe {
  readonly task: Task;
  readonly outputs: readonly ObjectId[];
  /** Objects of this process that the task needs; small ones with their value. */
  readonly inputs: ReadonlyMap<ObjectId, WireValue | undefined>;
}

interface Kept extends Recipe {
  readonly bytes: number;
  /** Outputs that are known here. */
  readonly known: Set<ObjectId>;
}

export class Lineage {
  private readonly mostBytes: number;
  /** By output. */
  private readonly recipes = new Map<ObjectId, Kept>();
  private readonly oldestFirst = new Set<Kept>();
  /** How many recipes have it as an input. */
  private readonly needed = new Map<ObjectId, number>();
  private readonly evicted = new Set<ObjectId>();
  private bytes = 0;

  constructor(mostBytes: number) {
    this.mostBytes = mostBytes;
  }

  get size(): number {
    return this.oldestFirst.size;
  }

  get keptBytes(): number {
    return this.bytes;
  }

  of(output: ObjectId): Recipe | undefined {
    return this.recipes.get(output);
  }

  /** There was a recipe, but it had to make room. */
  wasEvicted(output: ObjectId): boolean {
    return this.evicted.has(output);
  }

  /** The task ended, for the first time or again, and these of its values lie in blocks. `inputs` are asked for the first time only. */
  made(task: Task, outputs: readonly ObjectId[], inputs: () => ReadonlyMap<ObjectId, WireValue | undefined>): void {
    const known = outputs.map((output) => this.recipes.get(output)).find((recipe) => recipe?.task === task);
    if (known) {
      for (const output of outputs) known.known.add(output);
      return;
    }
    if (outputs.length === 0) return;
    const recipe: Kept = { task, outputs, inputs: inputs(), known: new Set(outputs), bytes: 0 };
    const kept = { ...recipe, bytes: bytesOf(recipe) };
    for (const output of outputs) this.recipes.set(output, kept);
    for (const input of kept.inputs.keys()) this.needed.set(input, (this.needed.get(input) ?? 0) + 1);
    this.oldestFirst.add(kept);
    this.bytes += kept.bytes;
    this.makeRoom();
  }

  /** The object is known here no more, or is an error. */
  forgotten(output: ObjectId): void {
    this.evicted.delete(output);
    const recipe = this.recipes.get(output);
    if (!recipe) return;
    recipe.known.delete(output);
    this.dropUseless([recipe]);
  }

  private makeRoom(): void {
    for (const recipe of this.oldestFirst) {
      if (this.bytes <= this.mostBytes) return;
      for (const output of recipe.known) this.evicted.add(output);
      this.dropUseless(this.drop(recipe));
    }
  }

  /** N1. A list, not recursion: chains can be long. */
  private dropUseless(suspects: Kept[]): void {
    for (let recipe = suspects.pop(); recipe !== undefined; recipe = suspects.pop()) {
      if (!this.oldestFirst.has(recipe) || recipe.known.size > 0 || recipe.outputs.some((output) => this.needed.has(output))) continue;
      suspects.push(...this.drop(recipe));
    }
  }

  /** Returns the recipes of what it needed. */
  private drop(recipe: Kept): Kept[] {
    this.oldestFirst.delete(recipe);
    this.bytes -= recipe.bytes;
    for (const output of recipe.outputs) if (this.recipes.get(output) === recipe) this.recipes.delete(output);
    const makers: Kept[] = [];
    for (const input of recipe.inputs.keys()) {
      const count = (this.needed.get(input) as number) - 1;
      if (count > 0) this.needed.set(input, count);
      else this.needed.delete(input);
      const maker = this.recipes.get(input);
      if (count === 0 && maker) makers.push(maker);
    }
    return makers;
  }

  /** For tests. */
  assertInvariants(): void {
    const needed = new Map<ObjectId, number>();
    let bytes = 0;
    for (const recipe of this.oldestFirst) {
      bytes += recipe.bytes;
      for (const input of recipe.inputs.keys()) needed.set(input, (needed.get(input) ?? 0) + 1);
      for (const output of recipe.known) if (this.recipes.get(output) !== recipe) throw new Error(`N1: ${output} does not find its recipe`);
    }
    for (const recipe of this.oldestFirst) if (recipe.known.size === 0 && !recipe.outputs.some((output) => needed.has(output))) throw new Error(`N1: a recipe of ${recipe.outputs.join()} is kept for nothing`);
    if (bytes !== this.bytes || bytes > this.mostBytes) throw new Error(`${this.bytes} bytes are counted, ${bytes} found, ${this.mostBytes} allowed`);
    if (JSON.stringify([...needed].sort()) !== JSON.stringify([...this.needed].sort())) throw new Error("N1: counts of what is needed differ");
    for (const recipe of this.recipes.values()) if (!this.oldestFirst.has(recipe)) throw new Error("N1: a dropped recipe is found");
  }
}

function bytesOf({ task, inputs }: Recipe): number {
  let bytes = RECIPE_BYTES + inlineBytes(task.args);
  for (const value of inputs.values()) bytes += inlineBytes(value);
  return bytes;
}

const inlineBytes = (value: WireValue | undefined): number => (value?.kind === "inline" ? value.bytes.length : 0);
