/** Cells that are modules, as tslab has them: `@module name` in a documenting comment at a cell's head makes the cell what `import "./name"` gives. */

const LEADING = /(?:\s|\/\/[^\n]*(?:\n|$))*(\/\*[^]*?\*\/)/y;
const TAG = /(?:^|[\s*])@module[ \t]+(\w+)[ \t]*(?=\r?\n|\*\/)/;

/** The name that a cell gives itself as a module. */
export function definedModule(code: string): string | undefined {
  for (let at = 0; ; ) {
    LEADING.lastIndex = at;
    const comment = LEADING.exec(code)?.[1];
    if (comment === undefined) return undefined;
    const name = comment.startsWith("/**") ? TAG.exec(comment)?.[1] : undefined;
    if (name !== undefined) return name;
    at = LEADING.lastIndex;
  }
}
