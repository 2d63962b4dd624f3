// The desk's head: jumps to its lists, which open where they are folded, and the order of what waits.

import { say } from "../page/announce.js";
import { setQuery } from "../page/address.js";
import { $, $$, byId, closest } from "../page/dom.js";
import { on } from "../page/events.js";
import { sortList } from "./order.js";

/** What waits, and is put in order. */
const LISTS = ["pending", "open"];
const LINK = "#order a[data-sort-by]";

const chosen = () => $(`${LINK}[aria-current]`)?.dataset.sortBy ?? "";

/** @param {boolean} anew */
function sort(anew) {
  for (const list of LISTS) sortList(list, chosen(), anew);
}

/** @param {HTMLElement} link */
function choose(link) {
  // A part from the middle of a list is one of the order before.
  setQuery({ sort: link.dataset.sortBy ?? "", list: "", after: "" });
  for (const other of $$(LINK)) other.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
  sort(true);
  say(link.textContent?.trim() ?? "");
}

/** Open what is folded and go there. @param {string} id */
function jump(id) {
  const target = byId(id);
  if (!target) return;
  const details = closest(target, "details");
  if (details instanceof HTMLDetailsElement) details.open = true;
  const goal = details?.querySelector("summary") ?? target;
  goal.scrollIntoView({ block: "start" });
  if (goal instanceof HTMLElement) goal.focus({ preventScroll: true });
}

/** Install the listeners; once a page. */
export function start() {
  if (!byId("order")) return;
  sort(true);
  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const order = closest(event.target, LINK);
    const way = closest(event.target, ".desk-nav a");
    if (order) choose(order);
    else if (way) jump(way.getAttribute("href")?.slice(1) ?? "");
    else return;
    event.preventDefault();
  });
  on("dom-updated", () => sort(false));
}
