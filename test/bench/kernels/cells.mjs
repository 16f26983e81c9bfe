// The cells that every kernel runs, in its language.

export const javascript = {
  one: "1+1",
  typed: (i) => `function tf${i}(a: number, b: number): number { return a * b + ${i} }\ntf${i}(2, 3)`,
  wrong: (i) => `function wf${i}(a: number, b: number): number { return a * b + ${i} }\nwf${i}(2, 'x')`,
  growing: (i) => `interface T${i} { a: number; b: string }\nfunction fn${i}(x: T${i}): number { return x.a + ${i} }\nconst v${i} = fn${i}({ a: 1, b: 'x' })`,
  growingWrong: (i) => `${javascript.growing(i)};\nconst e${i}: string = v${i}`,
  completed: "const arr: number[] = [1, 2, 3]; const typed = { alpha: 1, beta: 'x' };",
  completion: "typed.al",
  flood: "for (let i = 0; i < 20000; i++) console.log('line ' + i)",
  ownSum: "let ownSum = 0; for (let i = 0; i < 1e8; i++) ownSum += i",
  earlierSum: "for (let i = 0; i < 1e8; i++) earlierSum += i",
};

export const python = {
  one: "1+1",
  typed: (i) => `def tf${i}(a: int, b: int) -> int: return a * b + ${i}\ntf${i}(2, 3)`,
  growing: (i) => `class T${i}:\n  a: int = 1\ndef fn${i}(x): return x.a + ${i}\nv${i} = fn${i}(T${i}())`,
  completed: "typed = {'alpha': 1}",
  completion: "typed.ke",
  flood: "for i in range(20000): print('line', i)",
};
