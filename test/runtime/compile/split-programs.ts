/** Programs by seeded chance, as lists of top-level statements of plain JavaScript: whole or cut into cells they must do the same. */
import { seededRandom } from "../../fixtures/seeded-random.ts";

class Chance {
  readonly below: (limit: number) => number;

  constructor(seed: number) {
    this.below = seededRandom(seed);
  }

  chance(share: number): boolean {
    return this.below(1000) < share * 1000;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }
}

export class ProgramWriter {
  readonly #random: Chance;
  readonly #variables: string[] = [];
  readonly #constants: string[] = [];
  readonly #functions: string[] = [];
  readonly #generators: string[] = [];
  readonly #objects: string[] = [];
  #names = 0;
  #depth = 0;
  /** Loop variables and shadows around the statement that is written: readable, not assigned. */
  #local: string[] = [];
  #mayAwait = true;

  constructor(seed: number) {
    this.#random = new Chance(seed);
  }

  program(length: number): string[] {
    const statements = [`let ${this.#declare("let")} = 1;`, `var ${this.#declare("var")} = 2;`];
    while (statements.length < length) statements.push(this.#topStatement());
    const all = [...this.#variables, ...this.#constants].join(", ");
    return [...statements, `log(${all});`];
  }

  #topStatement(): string {
    return this.#oneOf<() => string>([
      () => this.#loop(), () => this.#loop(), () => this.#loop(),
      () => this.#simple(), () => this.#simple(), () => this.#simple(),
      () => { const value = this.#value(); return `let ${this.#declare("let")} = ${value};`; },
      () => { const value = this.#value(); return `const ${this.#declare("const")} = ${value};`; },
      () => `var { a: ${this.#declare("var")}, b: [${this.#declare("var")} = 3] } = { a: 4, b: [] };`,
      () => this.#function(),
      () => this.#generator(),
      () => this.#object(),
      () => this.#class(),
      () => this.#trying(),
      () => `{ let ${this.#random.pick(this.#variables)} = 5; log(${this.#value()}); }`,
      () => `if (${this.#value()} % 2) ${this.#block()} else ${this.#block()}`,
      () => `switch (${this.#value()} % 3) { case 0: ${this.#simple()} break; case 1: { ${this.#simple()} } default: ${this.#simple()} }`,
      () => `${this.#variable()} = await Promise.resolve(${this.#value()});`,
      () => `await null;`,
      () => `log(${this.#value()});`,
    ])();
  }

  /** Top-level names in every form of loop: those that can be locals of it, and those that cannot. */
  #loop(): string {
    const count = this.#random.pick([0, 1, 2, 3, 5, 63, 64, 65, 128, 130]);
    const times = this.#depth === 0 ? count : count % 7;
    const i = `i${this.#names++}`;
    const label = this.#random.chance(0.2) ? `L${this.#names++}` : undefined;
    const head = label === undefined ? "" : `${label}: `;
    const body = this.#inside([i], () => {
      const leave = label !== undefined && this.#random.chance(0.5) ? `if (${this.#value()} % 5 === 4) ${this.#oneOf(["break", "continue"])} ${label};` : "";
      return `{ ${this.#statements()} ${leave} ${this.#random.chance(0.2) ? `if (${i} === ${times - 1}) ${this.#oneOf(["break", "continue"])};` : ""} ${this.#simple()} }`;
    });
    switch (this.#random.below(7)) {
      case 0: return `${head}for (const ${i} of [1, 2, 3]) ${body}`;
      case 1: return `${head}for (const ${i} in { 0: 1, 1: 2 }) ${body.replaceAll(i, `+${i}`).replaceAll(`const +${i}`, `const ${i}`)}`;
      case 2: {
        const counter = this.#declareHere();
        return `${counter.before}${counter.name} = ${times}; ${head}while (${counter.name}-- > 0) { const ${i} = ${counter.name}; ${this.#inside([i], () => this.#statements())} }`;
      }
      case 3: {
        const counter = this.#declareHere();
        return `${counter.before}${counter.name} = 0; do { const ${i} = 1; ${this.#inside([i], () => this.#statements())} } while (++${counter.name} < ${times})`;
      }
      case 4: return this.#depth === 0 ? `${head}for (var ${i} = 0; ${i} < ${times}; ${i}++) ${body}` : `${head}for (let ${i} = 0; ${i} < ${times}; ${i}++) ${body}`;
      default: return `${head}for (let ${i} = 0, end = ${times}; ${i} < end; ${i}++) ${body}`;
    }
  }

  /** A variable that nothing else assigns, so that a loop over it ends. */
  #declareHere(): { readonly name: string; readonly before: string } {
    const name = `w${this.#names++}`;
    return { name, before: this.#depth === 0 ? `var ${name}; ` : `let ${name}; ` };
  }

  #statements(): string {
    return Array.from({ length: 1 + this.#random.below(3) }, () => (this.#depth < 2 && this.#random.chance(0.25) ? this.#loop() : this.#simple())).join(" ");
  }

  #block(): string {
    return `{ ${this.#simple()} ${this.#simple()} }`;
  }

  #simple(): string {
    const v = this.#variable();
    const w = this.#variable();
    return this.#oneOf<() => string>([
      () => `${v} = (${v} + ${this.#value()}) % 1009;`,
      () => `${v} = (${v} + ${this.#value()}) % 1009;`,
      () => `${v}++;`,
      () => `${v} += ${this.#closedValue()};`,
      () => `[${v}, ${w}] = [${w}, ${v}];`,
      () => `({ x: ${v}, y: ${w} = 7 } = { x: ${this.#value()} });`,
      () => `if (${this.#value()} % 3 === 0) ${v} ^= ${this.#closedValue()}; else ${w}--;`,
      () => `log(${this.#value()});`,
      () => (this.#generators.length > 0 ? `for (const y of ${this.#random.pick(this.#generators)}(3)) ${v} = (${v} + y) % 1009;` : `${v} **= 1;`),
      () => (this.#mayAwait && this.#random.chance(0.3) ? `${v} = (${v} + await ${this.#value()}) % 1009;` : `${v} |= 1;`),
    ])();
  }

  #function(): string {
    const name = `f${this.#names++}`;
    const parameter = `p${this.#names++}`;
    const body = this.#closed([parameter], () => `${this.#statements()} return (${this.#value()}) | 0;`);
    this.#functions.push(name);
    return this.#random.chance(0.5) ? `function ${name}(${parameter}) { ${body} }` : `const ${name} = (${parameter}) => { ${body} };`;
  }

  #generator(): string {
    const name = `g${this.#names++}`;
    const body = this.#closed(["n"], () => `for (let k = 0; k < n; k++) { ${this.#simple()} yield (${this.#value()}) | 0; }`);
    this.#generators.push(name);
    return `function* ${name}(n) { ${body} }`;
  }

  /** Code runs where no call is to be seen. */
  #object(): string {
    const name = `o${this.#names++}`;
    const text = this.#closed([], () => `const ${name} = { get p() { ${this.#simple()} return ${this.#closedValue()} | 0; }, valueOf() { ${this.#simple()} return ${this.#closedValue()} | 0; }, m() { return ${this.#variable()} | 0; } };`);
    this.#objects.push(name);
    return text;
  }

  #class(): string {
    const name = `C${this.#names++}`;
    const text = this.#closed([], () => `class ${name} { #v = ${this.#value()}; static s = ${this.#value()}; static { for (let k = 0; k < 3; k++) ${this.#simple()} } read() { ${this.#simple()} return (this.#v + ${name}.s) | 0; } }`);
    const value = this.#declare("let");
    return `${text} let ${value} = new ${name}().read();`;
  }

  #trying(): string {
    const v = this.#variable();
    return `try { for (let k = 0; k < 100; k++) { ${this.#inside(["k"], () => this.#simple())} if (k === ${this.#random.below(90)}) throw new Error("stop" + k); } } catch (e) { log(e.message); ${v}++; } finally { ${this.#simple()} }`;
  }

  #value(): string {
    const forms: (() => string)[] = [() => this.#closedValue(), () => this.#closedValue(), () => `(${this.#closedValue()} + ${this.#closedValue()})`, () => `Math.max(${this.#closedValue()}, ${this.#closedValue()})`];
    // a call in a function might never end
    if (this.#functions.length > 0 && this.#mayAwait) forms.push(() => `${this.#random.pick(this.#functions)}(${this.#closedValue()})`);
    if (this.#objects.length > 0) forms.push(() => `(${this.#random.pick(this.#objects)}.p | 0)`, () => `(+${this.#random.pick(this.#objects)} | 0)`, () => `${this.#random.pick(this.#objects)}.m()`);
    return this.#oneOf(forms)();
  }

  #closedValue(): string {
    const readable = [...this.#variables, ...this.#constants, ...this.#local, ...this.#local];
    return this.#oneOf([String(this.#random.below(50)), this.#random.pick(readable), this.#random.pick(readable), `(${this.#random.pick(readable)} & 255)`]);
  }

  #variable(): string {
    return this.#random.pick(this.#variables);
  }

  #declare(kind: "let" | "var" | "const"): string {
    const name = `${kind[0]}${this.#names++}`;
    (kind === "const" ? this.#constants : this.#variables).push(name);
    return name;
  }

  #inside<T>(names: readonly string[], write: () => T): T {
    const before = this.#local;
    this.#local = [...before, ...names];
    this.#depth++;
    const written = write();
    this.#depth--;
    this.#local = before;
    return written;
  }

  #closed(names: readonly string[], write: () => string): string {
    const { mayAwait, local, depth } = { mayAwait: this.#mayAwait, local: this.#local, depth: this.#depth };
    [this.#mayAwait, this.#local, this.#depth] = [false, [...names], 2];
    const written = write();
    [this.#mayAwait, this.#local, this.#depth] = [mayAwait, local, depth];
    return written;
  }

  #oneOf<T>(choices: readonly T[]): T {
    return this.#random.pick(choices);
  }
}

/** The statements in cells: cut at random places. */
export function cutIntoCells(statements: readonly string[], seed: number): string[] {
  const random = new Chance(seed);
  const cells: string[][] = [[]];
  for (const statement of statements) {
    if (random.chance(0.4)) cells.push([]);
    cells.at(-1)!.push(statement);
  }
  return cells.filter((cell) => cell.length > 0).map((cell) => cell.join("\n"));
}
