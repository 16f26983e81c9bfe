/** Jupyter counts a cursor in Unicode characters, JavaScript in UTF-16 units: an emoji before the cursor is 1 or 2. */

export function utf16Position(text: string, characters: number): number {
  let position = 0;
  for (let left = characters; left > 0 && position < text.length; left -= 1) position += isPair(text, position) ? 2 : 1;
  return position;
}

export function characterPosition(text: string, utf16: number): number {
  let characters = 0;
  for (let position = 0; position < Math.min(utf16, text.length); characters += 1) position += isPair(text, position) ? 2 : 1;
  return characters;
}

const isPair = (text: string, position: number): boolean => (text.codePointAt(position) ?? 0) > 0xffff;
