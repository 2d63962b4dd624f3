// A list of hundreds has an end: its container says how many it shows at most (data-limit) and how many stand behind the
// last one shown (data-rest), or before the first (data-before). News keeps that true, or says that it cannot: what comes
// from behind an end, or goes there without having been seen, is for the server to count.
// How more of it is shown: more.js.

import { $$ } from "../page/dom.js";
import { versionOf } from "./morphing.js";
import { LEFT, orderOf, showRest } from "./placing.js";

const lists = () => $$("[data-lists][data-limit]");

/** @param {Element} list */
const rowsOf = (list) => $$(":scope > [data-order]", HTMLElement, list);

/** @param {HTMLElement} list @param {"rest" | "before" | "limit" | "most"} name */
export const numberOf = (list, name) => Number(list.dataset[name] ?? 0);

/** How many stand in a list and are not shown. @param {HTMLElement} list */
const hidden = (list) => numberOf(list, "rest") + numberOf(list, "before");

/** How many stand in a list, shown or not. @param {HTMLElement} list */
export const totalOf = (list) => rowsOf(list).length + hidden(list);

/** One more stands behind the end. @param {HTMLElement} list */
const countOne = (list) => showRest(list, numberOf(list, "rest") + 1);

/** Whether news is of what is not here, and may have been counted behind an end. @param {HTMLElement[]} pieces */
export const endsMissed = (pieces) => lists().some(hidden)
  && pieces.some((fresh) => (fresh.hasAttribute("data-gone") || versionOf(fresh) > 1) && !document.getElementById(fresh.id));

/**
 * Whether a question belongs behind the end of a list, or before its beginning; it is counted there.
 * @param {HTMLElement} list
 * @param {HTMLElement} fresh
 * @param {HTMLElement | null} present
 */
export function leftOut(list, fresh, present) {
  const sign = list.dataset.sort === "desc" ? -1 : 1;
  const orders = rowsOf(list).filter((row) => row !== present).map((row) => sign * orderOf(row));
  const order = sign * orderOf(fresh);
  if (!orders.length) return false;
  if (numberOf(list, "before") && order < orders[0]) return true;
  if (!numberOf(list, "rest") || order < orders[orders.length - 1]) return false;
  countOne(list);
  return true;
}

/**
 * Shorten lists that have grown beyond their length; what somebody is at stays.
 * @param {(row: HTMLElement) => void} remove
 * @returns {boolean} whether one has become short, though there is more
 */
export function keepLength(remove) {
  let short = false;
  for (const list of lists()) {
    const rows = rowsOf(list);
    const limit = numberOf(list, "limit");
    for (const last of rows.slice(limit).reverse()) {
      if (last.contains(document.activeElement) || last.querySelector("[data-my-open]")) break;
      remove(last);
      countOne(list);
    }
    short ||= numberOf(list, "rest") > 0 && rows.length < limit * LEFT;
  }
  return short;
}
