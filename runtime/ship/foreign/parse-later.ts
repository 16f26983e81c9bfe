/** The parser for functions that our compiler never saw: loaded when the first one comes, since most processes never need it. */
import type { ParseScript } from "./function-text.ts";

export function parseLater(require: NodeJS.Require): ParseScript {
  let parse: ParseScript | undefined;
  return (...args: Parameters<ParseScript>) => {
    parse ??= (require("oxc-parser") as { parseSync: ParseScript }).parseSync;
    return parse(...args);
  };
}
