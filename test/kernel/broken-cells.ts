/** Cells by seeded chance: broken code, code that is no use, and values that fight back. None of them loops, ends the session or runs a command of the shell (no `!`). */

const words = ["a", "b", "kept", "x1", "=>", "=", "==", "+", "-", "**", "(", ")", "[", "]", "{", "}", "<", ">", "</", "/>", ";", ",", ".", "?.", "??", "?", ":", "`", "${", "'", '"', "/", "//", "/*", "*/", "\\", "#", "@", "...", "\n", "\n", " ", " ", "1", "0x", "1n", "1_", "const", "let", "var", "class", "function", "function*", "async", "await", "yield", "return", "import", "export", "default", "from", "as", "type", "interface", "enum", "namespace", "using", "new", "typeof", "void", "delete", "in", "of", "instanceof", "this", "super", "null", "undefined", "if", "else", "switch", "case", "try", "catch", "finally", "throw", "get", "set", "static", "extends", "satisfies", "declare", "é", "\u{1d4b3}", "\ud800", "\u2028", "\0", "\r"];

const values = [
  "throw null", "throw undefined", "throw { toString() { throw 1 } }", "throw Object.create(null)", "throw new Proxy({}, { get() { throw 2 } })", "throw Object.assign(new Error('m'), { stack: 5, message: { } })",
  "Object.create(null)", "new Proxy({}, { ownKeys() { throw 3 }, get() { throw 4 } })", "({ get a() { throw 5 } })", "const c = {}; c.c = c; c", "({ [Symbol.toStringTag]: 'x'.repeat(1e5) })", "({ toJSON() { throw 6 } })",
  "({ [Symbol.for('nodejs.util.inspect.custom')]() { throw 7 } })", "({ [Symbol.for('Jupyter.display')]() { throw 8 } })", "({ [Symbol.for('Jupyter.display')]: () => ({ 'text/plain': 5, 7: null }) })", "'x'.repeat(3e5)", "Array.from({ length: 1e5 }, (_, i) => i)",
  "process.stdout.write(Buffer.from([0, 255, 27, 93]))", "console.log('\\u001b[31m\\ud800\\0')", "console.error(new Error('shown'))", "setTimeout(() => { throw new Error('late') }); 1", "Promise.reject(new Error('nobody')); 1", "process.emit('warning', { stack: null })",
  "await Promise.reject(null)", "import nothing from './no-such-file'", "import {} from 'no-such-package'", "require('no-such-package')", "Error.stackTraceLimit = 0; nope()", "new Error('e', { cause: new Proxy({}, {}) })", "Symbol('s')", "10n ** 50n", "-0", "[,]", "new Date(NaN)", "document", "f(", "'use strict'; arguments", "export {}", "ray.display(undefined)", "(function r() { r() })()",
];

export function brokenCell(random: (below: number) => number): string {
  if (random(2) === 0) return values[random(values.length)]!;
  const soup = Array.from({ length: 1 + random(25) }, () => words[random(words.length)]!).join(random(2) === 0 ? " " : "");
  // what would change the one thing that the test looks at
  return soup.replaceAll("kept", "k_");
}
