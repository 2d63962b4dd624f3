// The order of lists by age or votes, as somebody chose it: for the rows on the page and for those that come.

import { showMore } from "../live/more.js";
import { $$, byId, focused } from "../page/dom.js";

/** @param {string} list */
const listOf = (list) => byId(`list-${list}`);

/** @param {string} list */
export const rowsOf = (list) => $$(":scope > [data-version]", HTMLElement, listOf(list));

let asking = false;

/** Load the rest of these lists, up to what a page may show, before filtering or sorting them. @param {string[]} lists */
export function showWhole(lists) {
  const cut = lists.map(listOf).filter((list) => list !== null).filter((list) => Number(list.dataset.rest) > 0);
  if (!cut.length || asking || cut.every((list) => Number(list.dataset.limit) >= 500)) return;
  asking = true;
  void showMore(cut, Infinity).finally(() => { asking = false; });
}

/** @param {HTMLElement} row */
const votesOf = (row) => Number(row.querySelector("[data-votes]")?.textContent || 0);

/**
 * Sort a list. By votes: when that is chosen and when a question arrives, not with every vote, because rows that move while
 * they are read cannot be read.
 * @param {string} name
 * @param {string} by  "oldest", "votes"; all else: the newest first
 * @param {boolean} anew
 */
export function sortList(name, by, anew) {
  const list = listOf(name);
  if (!list) return;
  if (by) showWhole([name]);
  const direction = by === "oldest" ? "asc" : "desc";
  if (list.dataset.sort !== direction) list.dataset.sort = direction;
  const rows = rowsOf(name);
  for (const row of rows) {
    if (by !== "votes") row.removeAttribute("data-my-rank");
    else if (anew || !row.hasAttribute("data-my-rank")) row.setAttribute("data-my-rank", String(votesOf(row) + Number(row.dataset.number) / 100_000));
    const order = row.getAttribute("data-my-rank") ?? row.dataset.number ?? "0";
    if (row.dataset.order !== order) row.dataset.order = order;
  }
  const sign = direction === "asc" ? 1 : -1;
  const wanted = [...rows].sort((a, b) => sign * (Number(a.dataset.order) - Number(b.dataset.order)));
  if (wanted.every((row, index) => row === rows[index])) return;
  const active = focused();
  // Backwards, moving misplaced rows only: a moved element loses focus and scroll position.
  let after = list.querySelector(":scope > .empty");
  for (const row of wanted.reverse()) {
    if (row.nextElementSibling !== after) list.insertBefore(row, after);
    after = row;
  }
  if (active !== focused() && list.contains(active)) active?.focus({ preventScroll: true });
}
