import { NotebookFormatError, joinLines, parseNotebook, printNotebook, splitLines, splitMimeBundle } from "../../../repl/notebook/notebook.ts";

const jupyterFile = `{
 "cells": [
  {
   "cell_type": "markdown",
   "id": "a1",
   "metadata": {},
   "source": [
    "# Ünïcode \\"cell_type\\": here\\n",
    "text"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": 1,
   "id": "b2",
   "metadata": {},
   "outputs": [],
   "source": "1 + 1"
  }
 ],
 "metadata": {},
 "nbformat": 4,
 "nbformat_minor": 5
}
`;

test("a notebook that nothing changed is printed as it was read", () => {
  expect(printNotebook(parseNotebook("a.ipynb", jupyterFile))).toBe(jupyterFile);
  expect(printNotebook(parseNotebook("a.ipynb", jupyterFile.trimEnd()))).toBe(jupyterFile.trimEnd());
});

test("another indent is kept", () => {
  const two = JSON.stringify(JSON.parse(jupyterFile), null, 2);
  expect(printNotebook(parseNotebook("a.ipynb", two))).toBe(two);
});

test("a cell's line in the file is found, whatever its source says", () => {
  expect(parseNotebook("a.ipynb", jupyterFile).cellLines).toEqual([4, 13]);
});

test.each([
  ["{", "not JSON"],
  ["[]", "no object"],
  ['{"nbformat": 3, "worksheets": []}', "its format is 3"],
  ['{"nbformat": 4}', "no cells"],
  ['{"nbformat": 4, "cells": [{"cell_type": "code", "source": [1]}]}', "cell 1 has no type or source"],
  ['{"nbformat": 4, "cells": [{"cell_type": "code", "source": "1"}]}', "code cell 1 has no outputs"],
])("%s is refused, and the message names the file and why", (text, why) => {
  const read = () => parseNotebook("odd.ipynb", text);
  expect(read).toThrow(NotebookFormatError);
  expect(read).toThrow("odd.ipynb");
  expect(read).toThrow(why);
});

test("text is saved as lines that keep their newlines", () => {
  expect(splitLines("a\n\nb")).toEqual(["a\n", "\n", "b"]);
  expect(splitLines("")).toEqual([]);
  expect(joinLines(splitLines("a\r\nb\n"))).toBe("a\r\nb\n");
});

test("a MIME bundle's text types become lines, its JSON and pictures stay", () => {
  expect(splitMimeBundle({ "text/plain": "a\nb", "image/png": "aGk=\n", "application/json": { a: 1 }, "image/svg+xml": "<svg/>" })).toEqual({
    "application/json": { a: 1 },
    "image/png": "aGk=\n",
    "image/svg+xml": ["<svg/>"],
    "text/plain": ["a\n", "b"],
  });
});
