import { readLook, type Look } from "../../../runtime/views/look.ts";
import { pagedTable } from "../../../runtime/views/paged-table.ts";
import type { TableNode } from "../../../runtime/views/view-node.ts";

interface Row { readonly name: string; readonly size: number | undefined }
const ROWS: readonly Row[] = Array.from({ length: 45 }, (_, i) => ({ name: `row ${i}`, size: i === 7 ? undefined : (i * 7) % 45 }));
let drawn = 0;

function table(look: Look, rows = ROWS): TableNode {
  drawn = 0;
  return pagedTable({
    key: "t", rows, size: 20, textOf: ({ name }) => name,
    columns: [
      { title: "name", draw: ({ name }) => { drawn++; return name; }, by: ({ name }) => name },
      { title: "size", draw: ({ size }) => size, by: ({ size }) => size },
      { title: "nothing", draw: () => undefined },
    ],
  }, look);
}

const chosen = (choice: object): Look => ({ isLive: true, tables: { t: choice } });
const names = (made: TableNode): unknown[] => made.rows.map(([name]) => name);

test("shows the first page, leaves out columns without anything, and draws no other rows", () => {
  const made = table({});
  expect(made.columns).toEqual([{ title: "name" }, { title: "size" }]);
  expect(names(made)).toEqual(ROWS.slice(0, 20).map(({ name }) => name));
  expect(made.pager).toBeUndefined();
  expect(drawn).toBe(20);
});

test("a live one can be sorted and leafed through", () => {
  const made = table(chosen({ page: 2 }));
  expect(made.columns).toEqual([{ title: "name", sorted: "none" }, { title: "size", sorted: "none" }]);
  expect(made.pager).toEqual({ page: 2, size: 20, matching: 45, total: 45, filter: "" });
  expect(names(made)).toEqual(ROWS.slice(40).map(({ name }) => name));
  expect(table(chosen({ page: 99 })).pager?.page).toBe(2);
});

test("sorts numbers as numbers, either way, and what has none comes last", () => {
  const sizes = (made: TableNode): unknown[] => made.rows.map(([, size]) => size);
  expect(sizes(table(chosen({ sort: "size", size: 3 })))).toEqual(["0", "1", "2"]);
  const down = table(chosen({ sort: "size", isDescending: true, size: 3 }));
  expect(sizes(down)).toEqual(["44", "43", "42"]);
  expect(down.columns[1]).toEqual({ title: "size", sorted: "descending" });
  expect(sizes(table(chosen({ sort: "size", size: 45 }))).at(-1)).toBe("");
});

test("filters by text in any case, over all rows", () => {
  const made = table(chosen({ filter: "ROW 4", size: 100 }));
  expect(names(made)).toEqual(["row 4", "row 40", "row 41", "row 42", "row 43", "row 44"]);
  expect(made.pager).toMatchObject({ matching: 6, total: 45, filter: "ROW 4" });
  expect(table(chosen({ filter: "none such" })).rows).toEqual([]);
});

test("few rows need no pages", () => {
  expect(table({ isLive: true }, ROWS.slice(0, 3)).pager).toBeUndefined();
});

test("what a page chose is read as far as it makes sense", () => {
  expect(readLook({ open: ["a", 5, "x".repeat(999)], tables: { t: { page: -1, size: 1e9, sort: "name", isDescending: "yes", filter: 5 } }, cell: 3 })).toEqual({ isLive: true, open: ["a"], tables: { t: { size: 500, sort: "name" } } });
  for (const nonsense of [undefined, null, 5, "x", [], { open: "all", tables: [] }]) expect(readLook(nonsense)).toMatchObject({ isLive: true, open: [] });
});
