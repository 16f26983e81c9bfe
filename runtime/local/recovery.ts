/**
 * What becomes of an own object whose block cannot be read any more: its task runs again, after those of what it needs, or the reason
 * why nothing can make it stands for it. Owns nothing: Lineage has the recipes, Submission the tasks.
 *
 * R1. Nothing runs before it is known that everything which has to run again may.
 * R2. What is revived for a task is held by that task alone.
 */
import type { ObjectId } from "../ids.ts";
import type { WireValue } from "../wire/hot-records.ts";
import type { Lineage, Recipe } from "./lineage.ts";
import type { ObjectTable } from "./object-table.ts";
import type { Ownership } from "./ownership.ts";
import type { Task } from "./task.ts";

export interface RecoveryShell {
  readonly table: ObjectTable;
  readonly ownership: Ownership;
  readonly lineage: Lineage;
  /** Why the value's block cannot be read; undefined when it can. */
  unreadable(value: WireValue): Error | undefined;
  /** Of a value that is made again: who waits for it waits on. */
  reset(id: ObjectId): void;
  settle(id: ObjectId, value: WireValue): void;
  hasRetriesLeft(task: Task): boolean;
  /** Runs it, as if it were new. */
  runAgain(task: Task, outputs: readonly ObjectId[]): void;
  /** It is made again: `why` it was lost. */
  begun(id: ObjectId, task: Task, why: string): void;
}

interface Steps {
  readonly recipes: readonly Recipe[];
  /** Small inputs that are gone, by their bytes in the recipe. */
  readonly small: ReadonlyMap<ObjectId, WireValue>;
  /** What somebody waits for: the lost object, and inputs that are gone. */
  readonly needed: ReadonlySet<ObjectId>;
}

type Plan = Steps | { readonly refusal: string };

export class Recovery {
  private readonly shell: RecoveryShell;

  constructor(shell: RecoveryShell) {
    this.shell = shell;
  }

  /** Undefined: it is made again. Else why not. */
  recover(id: ObjectId, why: string): string | undefined {
    const plan = this.plan(id);
    if ("refusal" in plan) return plan.refusal;
    this.shell.reset(id);
    const [last] = plan.recipes.slice(-1);
    if (last) this.shell.begun(id, last.task, why);
    this.run(plan);
    return undefined;
  }

  /** Recipes in the order in which they run: what is needed comes before who needs it. */
  private plan(id: ObjectId): Plan {
    const recipes = new Set<Recipe>();
    const small = new Map<ObjectId, WireValue>();
    const needed = new Set([id]);
    const open: { readonly recipe: Recipe; readonly inputs: Iterator<[ObjectId, WireValue | undefined]> }[] = [];
    const found = this.enter(id, open, recipes, "");
    if (found !== undefined) return { refusal: found };
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const next = top.inputs.next();
      if (next.done) {
        open.pop();
        recipes.add(top.recipe);
        continue;
      }
      const [input, value] = next.value;
      if (this.isThere(input)) continue;
      if (value) {
        small.set(input, value);
        continue;
      }
      needed.add(input);
      const refusal = this.enter(input, open, recipes, `its task ${top.recipe.task.meta.name} needs object ${input}, which is gone too: `);
      if (refusal !== undefined) return { refusal };
    }
    return { recipes: [...recipes], small, needed };
  }

  /** Puts the recipe of what is missing on the stack, unless it is there, has been, or runs already. */
  private enter(id: ObjectId, open: { recipe: Recipe; inputs: Iterator<[ObjectId, WireValue | undefined]> }[], done: ReadonlySet<Recipe>, prefix: string): string | undefined {
    const recipe = this.shell.lineage.of(id);
    if (!recipe) return prefix + this.withoutRecipe(id);
    if (done.has(recipe) || open.some((one) => one.recipe === recipe) || !recipe.task.isSettled) return undefined;
    const refusal = this.refusal(recipe);
    if (refusal !== undefined) return prefix + refusal;
    open.push({ recipe, inputs: recipe.inputs.entries() });
    return undefined;
  }

  private withoutRecipe(id: ObjectId): string {
    if (this.shell.lineage.wasEvicted(id)) return "how it was made was forgotten to make room (RAY_TS_MAX_LINEAGE_BYTES is how much is remembered)";
    return "it was put (by ray.put, or as a large argument), and only what a task returned can be made again";
  }

  private refusal({ task, inputs }: Recipe): string | undefined {
    const { meta, maxRetries, args } = task;
    const what = task.actor ? `the call ${meta.name}` : `task ${meta.name}`;
    if (maxRetries === 0) return task.actor ? `it came from ${what} of an actor, whose state has moved on (maxTaskRetries lets such calls be made again)` : `it came from ${what}, whose maxRetries is 0`;
    if (!this.shell.hasRetriesLeft(task)) return `it came from ${what}, which was run ${task.attempt + 1} times, and its ${task.actor ? "maxTaskRetries" : "maxRetries"} is ${maxRetries}`;
    if (args.kind === "block") return `it came from ${what}, whose large arguments were freed when it ended (large values that are passed by ray.put stay as long as their ref)`;
    const own = new Set<string>(inputs.keys());
    const letGo = task.holds.find((ref) => !own.has(ref) && !this.shell.ownership.knows(ref));
    return letGo === undefined ? undefined : `it came from ${what}, which needs object ${letGo}, of which no ref is left here`;
  }

  /** It has a value that can be read, or will have one. */
  private isThere(id: ObjectId): boolean {
    const entry = this.shell.table.get(id);
    if (!entry) return false;
    return !entry.value || entry.isError || this.shell.unreadable(entry.value) === undefined;
  }

  private run({ recipes, small, needed }: Steps): void {
    const { table, ownership } = this.shell;
    const revived: ObjectId[] = [];
    const revive = (id: ObjectId): void => {
      ownership.created(id);
      table.ensure(id);
      revived.push(id);
    };
    for (const [id, value] of small) {
      revive(id);
      this.shell.settle(id, value);
    }
    for (const { outputs } of recipes) {
      for (const output of outputs) {
        const isKnown = table.get(output) !== undefined;
        if (isKnown && !this.isThere(output)) this.shell.reset(output);
        if (!isKnown && needed.has(output)) revive(output);
      }
    }
    for (const { task, outputs } of recipes) {
      for (const ref of task.holds) ownership.retain(ref);
      task.reopen();
      this.shell.runAgain(task, outputs);
    }
    for (const id of revived) ownership.release(id); // R2
  }
}
