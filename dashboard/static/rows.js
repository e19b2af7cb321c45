// Lists whose rows stay themselves: a row that is still there keeps its element, and so the reader's focus.

import { all } from "./page.js";

/** Show `items` as the children of `list`, one element a key; `dress(row, item)` writes what changes. */
export function keep(list, items, key, make, dress) {
  const had = new Map(all(":scope > [data-row]", list).map((row) => [row.dataset.row, row]));
  const rows = items.map((item) => {
    const id = key(item), row = had.get(id) ?? make(item);
    had.delete(id);
    row.dataset.row = id;
    dress(row, item);
    return row;
  });
  for (const row of had.values()) row.remove();
  rows.forEach((row, place) => list.children[place] !== row && list.insertBefore(row, list.children[place] ?? null));
}
