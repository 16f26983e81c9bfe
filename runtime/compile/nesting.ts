/**
 * How deep a text is nested, without parsing it: the parser is native code that recurses, and one that runs out of stack takes its
 * process with it (brackets 4,000 deep, chains of 16,000 operators). Looked at only in texts long enough for that.
 */

/** A shorter text cannot be too deep. */
const HARMLESS_CHARACTERS = 4_000;
const MOST_BRACKETS = 1_000;
/** Tokens in a row, in all open brackets together, with no end of a statement or of a list's element between them. */
const MOST_TOKENS = 12_000;

const token = /[\p{ID_Start}$_#@][\p{ID_Continue}$]*|\d[\w.]*|"(?:[^"\\\n]|\\[^])*"?|'(?:[^'\\\n]|\\[^])*'?|\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)|\s+|[^]/uy;
/** A regular expression, where one may stand. */
const expression = /\/(?:[^/\\\n[]|\\[^\n]|\[(?:[^\]\\\n]|\\[^\n])*\])+\/\w*/uy;
const templateText = /(?:[^`\\$]|\\[^]|\$(?!\{))*/uy;
/** Words after which an expression goes on, also in the next line. */
const goesOn = /^(?:new|typeof|void|delete|await|yield|return|in|of|instanceof|extends|keyof|else|do|case|throw|as|satisfies|is|infer|readonly|unique|async)$/;
/** Words that go on with what stands in the line before. */
const continues = /^(?:if|for|while|do|with|else|catch|finally|in|of|instanceof|as|satisfies|is|extends)$/;

/** Where the text is nested too deep to be parsed; undefined when it is not. */
export function tooDeepAt(text: string): number | undefined {
  if (text.length < HARMLESS_CHARACTERS) return undefined;
  const levels: { readonly close: string; tokens: number }[] = [{ close: "", tokens: 0 }];
  let tokens = 0;
  let last = "";
  let isNewLine = false;
  const endRun = (): void => {
    const level = levels.at(-1)!;
    tokens -= level.tokens;
    level.tokens = 0;
  };
  const leave = (): void => {
    endRun();
    if (levels.length > 1) levels.pop();
  };
  for (let at = 0; at < text.length; ) {
    const inTemplate = levels.at(-1)!.close === "`";
    if (inTemplate && text[at] !== "`" && !text.startsWith("${", at)) {
      templateText.lastIndex = at;
      at += templateText.exec(text)![0].length;
      continue;
    }
    const found = (text[at] === "/" && !endsValue(last) ? match(expression, text, at) : undefined) ?? match(token, text, at)!;
    const start = at;
    at += found.length;
    if (inTemplate && text[start] === "$") {
      levels.push({ close: "}", tokens: 0 });
      at = start + 2;
    } else if (/^\s/.test(found)) {
      isNewLine ||= found.includes("\n");
      continue;
    } else if (/^\/[/*]/.test(found)) continue;
    else if (found === "`" && inTemplate) leave();
    else if (found === ",") endRun();
    else if (found !== ";") {
      // an `else` is nested in the one before it
      if (last === ";" ? found !== "else" : /^[\p{ID_Start}$_#@"'\d]/u.test(found) && (isNewLine || last === "}") && endsValue(last) && !continues.test(found)) endRun();
      const close = { "(": ")", "[": "]", "{": "}", "`": "`" }[found];
      if (found === levels.at(-1)!.close) leave();
      levels.at(-1)!.tokens++;
      tokens++;
      if (close !== undefined) levels.push({ close, tokens: 0 });
    }
    last = found;
    isNewLine = false;
    if (levels.length > MOST_BRACKETS || tokens > MOST_TOKENS) return start;
  }
  return undefined;
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** An expression or a statement may end with this. */
const endsValue = (last: string): boolean => /[\p{ID_Continue}$"'`)\]}]$/u.test(last) && !goesOn.test(last);
