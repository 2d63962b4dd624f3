// Protection from mis-taps after a layout shift: a list that moved under the finger just before it came down. What has just
// appeared, or was just moved by an update, ignores the pointer for a moment (data-my-settling; the stylesheet does the
// rest). Keys still work. The second half of a double click: double-click.js.

import { on } from "../page/events.js";

/** How long a press may still have been aimed at what was there before: about a human's reaction time. */
const REACTION = 300;

/** Where each question was in the viewport. @type {WeakMap<Element, number>} */
const tops = new WeakMap();
/** @type {WeakMap<Element, ReturnType<typeof setTimeout>>} */
const settling = new WeakMap();

const cards = () => document.querySelectorAll("[data-lists] > [data-version]");

/** @param {Element} card */
function ignoreBriefly(card) {
  clearTimeout(settling.get(card));
  card.setAttribute("data-my-settling", "");
  settling.set(card, setTimeout(() => card.removeAttribute("data-my-settling"), REACTION));
}

/** @param {boolean} updated  by the server, not by the user: then what moved ignores the pointer */
function survey(updated) {
  for (const card of cards()) {
    const top = card.getBoundingClientRect().top;
    const before = tops.get(card);
    if (updated && (before === undefined || Math.abs(top - before) > 8)) ignoreBriefly(card);
    tops.set(card, top);
  }
}

/** Install the listeners; once a page. */
export function start() {
  survey(false);
  let planned = false;
  const soon = () => {
    if (planned) return;
    planned = true;
    requestAnimationFrame(() => { planned = false; survey(false); });
  };
  on("dom-updated", () => survey(true));
  on("panel-toggled", soon);
  document.addEventListener("toggle", soon, true);
  addEventListener("scroll", soon, { capture: true, passive: true });
  addEventListener("resize", soon);
}
