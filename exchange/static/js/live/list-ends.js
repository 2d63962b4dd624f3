// A list of hundreds has an end: its container says how many it shows at most (data-limit) and how many stand behind the
// last one shown (data-rest), or before the first (data-before). News keeps that true, or says that it cannot: what comes
// from behind an end, or goes there without having been seen, is for the server to count.
//
// More is shown by asking for the same page with a longer list; without scripts the link leads to the next part of it.

import { $, $$, closest } from "../page/dom.js";
import { readAgain } from "./updates.js";

/** How many more at a time, and how many a page shows at most (exchange/queries/lists.py). */
const STEP = 100;
const MOST = 500;
/** So much of a list may go before it is filled up again. */
const GONE = 0.2;

/** @param {Element} element */
const orderOf = (element) => Number.parseFloat(element.getAttribute("data-order") ?? "0");

/** @param {Element} container */
const rowsOf = (container) => $$(":scope > [data-order]", HTMLElement, container);

/** @param {Element | null} container @param {"rest" | "before" | "limit"} name */
const numberOf = (container, name) => Number(container?.getAttribute(`data-${name}`) ?? 0);

/** How many stand in a list, shown or not. @param {Element} container */
export const totalOf = (container) => rowsOf(container).length + numberOf(container, "rest") + numberOf(container, "before");

/** Whether any list of this page has more than it shows. */
export const someAreCut = () => $$("[data-lists][data-rest]").some((list) => numberOf(list, "rest") + numberOf(list, "before") > 0);

/**
 * Whether a question belongs behind the end of a list, or before its beginning.
 * @param {Element} container
 * @param {Element} element
 */
export function isOutside(container, element) {
  const others = rowsOf(container).filter((row) => row !== element);
  const first = others[0];
  const last = others.at(-1);
  const sign = container.getAttribute("data-sort") === "desc" ? -1 : 1;
  const order = orderOf(element) * sign;
  if (last && numberOf(container, "rest") && order > orderOf(last) * sign) return true;
  return Boolean(first && numberOf(container, "before") && order < orderOf(first) * sign);
}

/** One more, or one less, stands behind the end. @param {Element} container @param {number} by */
export function countRest(container, by) {
  container.setAttribute("data-rest", String(numberOf(container, "rest") + by));
  const link = $(":scope > * > [data-more]", HTMLElement, container);
  if (!link?.parentElement) return;
  const rest = numberOf(container, "rest");
  link.parentElement.hidden = rest === 0;
  link.textContent = (link.dataset.sentence ?? "").replace("{n}", String(rest));
}

/**
 * Shorten a list that has grown beyond its length; what somebody is at stays.
 * @param {Element} container
 * @param {(row: HTMLElement) => void} remove
 * @returns {boolean} whether it has become short, though there is more
 */
export function keepLength(container, remove) {
  const limit = numberOf(container, "limit");
  if (!limit) return false;
  const rows = rowsOf(container);
  for (let last = rows.pop(); last && rows.length >= limit; last = rows.pop()) {
    if (last.contains(document.activeElement) || last.querySelector("[data-my-open]")) break;
    remove(last);
    countRest(container, 1);
  }
  return numberOf(container, "rest") > 0 && rowsOf(container).length < limit * (1 - GONE);
}

/**
 * Show more of some lists, where there is more.
 * @param {Element[]} containers each with a data-limit
 * @param {number} [many] so many in all; by default a step more
 * @returns {Promise<boolean>}
 */
export async function showMore(containers, many) {
  const address = new URL(location.href);
  for (const container of containers) {
    const name = $("[data-more]", HTMLElement, container)?.dataset.more;
    if (name) address.searchParams.set(name, String(Math.min(many ?? numberOf(container, "limit") + STEP, MOST)));
  }
  if (address.href === location.href) return false;
  history.replaceState(history.state, "", address);
  return readAgain();
}

/** Begin. Once a page. */
export function start() {
  document.addEventListener("click", (event) => {
    const link = closest(event.target, "a[data-more]");
    const list = closest(link, "[data-limit]");
    if (!link || !list || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    // A part from the middle goes on with the next part; and there is a limit to what one page may be.
    if (numberOf(list, "before") || numberOf(list, "limit") + STEP > MOST) return;
    event.preventDefault();
    const known = new Set($$("[data-version]", HTMLElement, list));
    link.setAttribute("aria-busy", "true");
    void showMore([list]).finally(() => {
      link.removeAttribute("aria-busy");
      $$("[data-version]", HTMLElement, list).find((row) => !known.has(row))?.focus({ preventScroll: true });
    });
  });
}
