import { characterPosition, utf16Position } from "../../kernel/text-position.ts";

test.each([["abc", 2, 2], ["😀b", 1, 2], ["😀b", 2, 3], ["a😀", 1, 1], ["ab", 9, 2], ["", 0, 0]])("in %j character %i is UTF-16 unit %i", (text: string, characters: number, utf16: number) => {
  expect(utf16Position(text, characters)).toBe(utf16);
  if (characters <= [...text].length) expect(characterPosition(text, utf16)).toBe(characters);
});
