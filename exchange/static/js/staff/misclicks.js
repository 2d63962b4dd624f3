// No press meant for one thing may hit another. Two dangers: a list that moved under the finger just before it came down,
// and the second tap of a double tap, which would land on the question that has moved up. So what has just come, or has
// just been moved by news, does not take presses for a moment (data-my-settling; the stylesheet does the rest). Keys do.

import { on } from "../page/events.js";

/** How long a press may still have been aimed at what was there before: about a human reaction. */
const REACTION = 300;

/** @type {WeakMap<Element, number>} where each question stood on the glass */
const tops = new WeakMap();
/** @type {WeakMap<Element, ReturnType<typeof setTimeout>>} */
const settling = new WeakMap();

const cards = () => document.querySelectorAll("[data-lists] > [data-version]");

/** @param {Element} card */
function settle(card) {
  clearTimeout(settling.get(card));
  card.setAttribute("data-my-settling", "");
  settling.set(card, setTimeout(() => card.removeAttribute("data-my-settling"), REACTION));
}

/** @param {boolean} news */
function survey(news) {
  for (const card of cards()) {
    const top = card.getBoundingClientRect().top;
    const before = tops.get(card);
    if (news && (before === undefined || Math.abs(top - before) > 8)) settle(card);
    tops.set(card, top);
  }
}

/**
 * A question was pressed: its neighbours do not take the second half of a double tap.
 * @param {Element | null} pressed
 * @param {boolean} [itselfToo] it has grown under the pointer
 */
export function ignoreOthersBriefly(pressed, itselfToo = false) {
  if (pressed) for (const card of cards()) if (card !== pressed || itselfToo) settle(card);
}

/** Begin. Once a page. */
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
