/** Tables: rows in place, headers that sort, a filter and pages. Order and pages are made where the rows are; here they are asked for. */
import type { TableColumn, TableNode, TablePager } from "../views/view-node.ts";
import { button, element, setText, type Drawn } from "./drawn.ts";
import { Slots, type Draw } from "./slots.ts";
import type { Stage } from "./stage.ts";

const SIZES = [20, 50, 100, 500];
/** After the last key. */
const FILTER_MS = 200;

export function drawTable(node: TableNode, stage: Stage, draw: Draw): Drawn<TableNode> {
  const head = element("tr");
  const body = element("tbody");
  const made = element("div", "ray-table");
  const scroll = element("div", "ray-scroll", element("table", "", element("thead", "", head), body));
  const pager = drawPager(node.key, stage);
  made.append(pager.element, scroll);
  const rows: { readonly row: HTMLElement; readonly slots: Slots }[] = [];
  let columns: readonly TableColumn[] | undefined;
  const update = (now: TableNode): void => {
    pager.update(now.pager);
    if (columns === undefined || JSON.stringify(columns) !== JSON.stringify(now.columns)) drawHead(head, (columns = now.columns), now.key, stage);
    now.rows.forEach((cells, i) => {
      let known = rows[i];
      if (known === undefined) {
        const row = body.appendChild(element("tr"));
        rows.push((known = { row, slots: new Slots(row, () => element("td"), stage, draw) }));
      }
      known.slots.show(cells);
    });
    for (const { row, slots } of rows.splice(now.rows.length)) {
      slots.show([]);
      row.remove();
    }
  };
  update(node);
  return { element: made, update, end: () => { for (const { slots } of rows) slots.show([]); } };
}

function drawHead(head: HTMLElement, columns: readonly TableColumn[], key: string, stage: Stage): void {
  const focused = head.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset["title"] : undefined;
  head.hidden = columns.every(({ title }) => title.trim() === "");
  head.replaceChildren(...columns.map(({ title, sorted }) => {
    if (sorted === undefined) return element("th", "", title);
    const arrow = sorted === "ascending" ? " ▲" : sorted === "descending" ? " ▼" : "";
    const sort = button(title + arrow, "ray-sort", () => stage.setTableLook(key, { ...stage.tableLook(key), ...(sorted === "descending" ? { sort: "", isDescending: false } : { sort: title, isDescending: sorted === "ascending" }), page: 0 }));
    sort.dataset["title"] = title;
    const cell = element("th", "", sort);
    cell.setAttribute("aria-sort", sorted);
    return cell;
  }));
  if (focused !== undefined) head.querySelector<HTMLElement>(`[data-title=${JSON.stringify(focused)}]`)?.focus();
}

/** Shown only where there is something to choose. */
function drawPager(key: string, stage: Stage): { readonly element: HTMLElement; update(pager: TablePager | undefined): void } {
  const choose = (change: object): void => stage.setTableLook(key, { ...stage.tableLook(key), ...change });
  const filter = element("input", "ray-input");
  filter.type = "search";
  filter.placeholder = "filter";
  filter.setAttribute("aria-label", "show rows with this text");
  let typing: ReturnType<typeof setTimeout> | undefined;
  filter.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => choose({ filter: filter.value, page: 0 }), FILTER_MS);
  });
  filter.addEventListener("keydown", (event) => event.stopPropagation());
  const size = element("select", "ray-input");
  size.setAttribute("aria-label", "rows of a page");
  size.append(...SIZES.map((rows) => {
    const option = element("option", "", `${rows} rows`);
    option.value = String(rows);
    return option;
  }));
  size.addEventListener("change", () => choose({ size: Number(size.value), page: 0 }));
  const back = button("‹", "", () => choose({ page: shown - 1 }));
  back.setAttribute("aria-label", "page before");
  const on = button("›", "", () => choose({ page: shown + 1 }));
  on.setAttribute("aria-label", "next page");
  const where = element("span", "ray-faint");
  where.setAttribute("aria-live", "polite");
  const made = element("div", "ray-pager", filter, size, back, on, where);
  let shown = 0;
  return {
    element: made,
    update(pager) {
      made.hidden = pager === undefined;
      if (pager === undefined) return;
      const { page, size: rows, matching, total, filter: text } = pager;
      shown = page;
      const first = matching === 0 ? 0 : page * rows + 1;
      const last = Math.min(matching, (page + 1) * rows);
      setText(where, `${first}–${last} of ${matching}${matching === total ? "" : ` (${total} in all)`}`);
      back.disabled = page === 0;
      on.disabled = last >= matching;
      if (document.activeElement !== filter && filter.value !== text) filter.value = text;
      if (!SIZES.includes(rows)) size.add(new Option(`${rows} rows`, String(rows)));
      size.value = String(rows);
      size.hidden = total <= (SIZES[0] as number);
    },
  };
}
