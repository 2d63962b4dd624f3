// Protection from mis-taps after a layout shift: a list that moved under the finger just before it came down, and the second
// tap of a double tap, which would hit the question that has moved up. What has just appeared, or was just moved by an
// update, ignores the pointer for a moment (data-my-settling; the stylesheet does the rest). Keys still work.

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

/**
 * A question was pressed: its neighbours must not get the second half of a double tap.
 * @param {Element | null} pressed
 * @param {boolean} [itselfToo] it has grown under the pointer
 */
export function ignoreOthersBriefly(pressed, itselfToo = false) {
  if (pressed) for (const card of cards()) if (card !== pressed || itselfToo) ignoreBriefly(card);
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
