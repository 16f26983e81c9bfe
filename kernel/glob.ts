/**
 * Matches a text as a whole against a glob: `*` is any text, `?` any character, everything else itself (brackets too: clients search
 * for what was typed). No regular expression: one with many `*` does not end in a lifetime.
 */

/** Greedy: only the last `*` ever has to take more, so the time is at most that of both lengths multiplied. */
export function matchesGlob(pattern: string, text: string): boolean {
  let at = 0;
  let place = 0;
  let star = -1;
  let starPlace = 0;
  while (place < text.length) {
    const wanted = pattern[at];
    if (wanted === "*") {
      star = at++;
      starPlace = place;
    } else if (wanted === "?" || wanted === text[place]) {
      // `?` takes both halves of a character outside of the basic plane
      place += wanted === "?" ? String.fromCodePoint(text.codePointAt(place)!).length : 1;
      at++;
    } else if (star >= 0) {
      at = star + 1;
      place = ++starPlace;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}
