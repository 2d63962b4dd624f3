// More of a list that has an end: the same page is read again with a longer list. Without scripts the link leads to the
// next part of it.

import { setQuery } from "../page/address.js";
import { $, $$, closest } from "../page/dom.js";
import * as ends from "./list-ends.js";
import { keepEnds } from "./placing.js";
import { readAgain } from "./updates.js";

/** How many more at a time; how many a page shows at most, its list says (data-most). */
const STEP = 100;

/**
 * Show more of some lists, as far as there is more.
 * @param {HTMLElement[]} some  each with a limit
 * @param {number} [many] so many in all; by default a step more
 */
export function showMore(some, many) {
  /** @type {Record<string, string>} */
  const lengths = {};
  for (const list of some) {
    const name = $("[data-more]", HTMLElement, list)?.dataset.more;
    if (name) lengths[name] = String(Math.min(many ?? ends.numberOf(list, "limit") + STEP, ends.numberOf(list, "most")));
  }
  setQuery(lengths);
  return readAgain();
}

/** Install the listeners; once a page. */
export function start() {
  keepEnds(ends);
  document.addEventListener("click", (event) => {
    const link = closest(event.target, "a[data-more]");
    const list = closest(link, "[data-limit]");
    // A part from the middle goes on with the next part; and there is a limit to what one page may be.
    if (!list || event.ctrlKey || event.metaKey || event.shiftKey || ends.numberOf(list, "before") || ends.numberOf(list, "limit") >= ends.numberOf(list, "most")) return;
    event.preventDefault();
    const known = new Set($$("[data-version]", HTMLElement, list));
    void showMore([list]).then(() => $$("[data-version]", HTMLElement, list).find((row) => !known.has(row))?.focus({ preventScroll: true }));
  });
}
