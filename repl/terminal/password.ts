/** Reads a line without showing it. */
import type { Keys } from "./keys.ts";

/** Undefined when the user pressed Ctrl-C, which is also given to `onInterrupt`, or Ctrl-D. */
export function readPassword(prompt: string, keys: Keys, onInterrupt: () => void): Promise<string | undefined> {
  process.stdout.write(prompt);
  return new Promise((resolve) => {
    let typed = "";
    const finish = (value: string | undefined) => {
      restore();
      process.stdout.write("\n");
      resolve(value);
    };
    const restore = keys.divert((text) => {
      for (const char of text) {
        if (char === "\r" || char === "\n") return finish(typed);
        if (char === "\x03") {
          onInterrupt();
          return finish(undefined);
        }
        if (char === "\x04" && typed === "") return finish(undefined);
        if (char === "\x7f" || char === "\b") typed = [...typed].slice(0, -1).join("");
        else if (char >= " ") typed += char;
      }
    });
  });
}
