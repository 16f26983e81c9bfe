/** How many places of a terminal's line a text takes: East Asian and emoji characters take two, marks on others none. */

/** What a face paints with. */
const PAINT = /\u001b\[[0-9;]*m/g;
const NONE = /\p{Mn}|\p{Me}|\p{Cf}/u;
const TWO = /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]/u;
const ASCII = /^[ -~]*$/;

export function textWidth(text: string): number {
  const bare = text.replace(PAINT, "");
  if (ASCII.test(bare)) return bare.length;
  let width = 0;
  for (const character of bare) width += characterWidth(character);
  return width;
}

const characterWidth = (character: string): number => (NONE.test(character) ? 0 : TWO.test(character) ? 2 : 1);

/** Cut where it does not fit; paint is kept whole, and what is cut off ends with the usual colour. */
export function cutTo(text: string, most: number): string {
  if (textWidth(text) <= most) return text;
  let room = most - 1;
  let end = 0;
  for (const piece of text.match(/\u001b\[[0-9;]*m|[\s\S]/gu) ?? []) {
    if (!piece.startsWith("\u001b[")) room -= characterWidth(piece);
    if (room < 0) break;
    end += piece.length;
  }
  const kept = text.slice(0, end);
  return `${kept}…${kept.includes("\u001b[") ? "\u001b[0m" : ""}`;
}

/** What moves a terminal's cursor or changes its colours, in what somebody else wrote. */
const CONTROLS = /\u001b\[[0-9;?]*[A-Za-z]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** The text as a terminal may show it, within its line. */
export const harmless = (text: string): string => text.replace(/\t/g, "  ").replace(CONTROLS, "");
