// The chosen question of the moderation: it shows its whole text and its verbs, and keys are meant for it. Chosen is what
// the keyboard goes to, and what a finger or a pointer touches; never what nobody sees.

import { $$, closest, focused } from "../page/dom.js";
import { emit, on } from "../page/events.js";
import { isSeen } from "./words.js";

export const ROW = "article.row-q[data-version]";

/** @type {HTMLElement | null} */
let current = null;
/** What stands behind and before it in its list: one goes on there if somebody else takes it away. @type {HTMLElement[]} */
let beside = [];
/** Whether a pointer is down: what it focuses has not been chosen yet. */
let pressed = false;

/** @param {HTMLElement | null} row */
const there = (row) => (row?.isConnected && isSeen(row) ? row : null);

/** The question that keys are meant for: the one that has the focus, else the one chosen last. */
export const chosen = () => there(closest(focused(), ROW)) ?? there(current);

/** Where the chosen question was, if it has gone. */
export const besideChosen = () => beside.find(there) ?? null;

/**
 * The questions that can be seen in a zone or a list, in their order.
 * @param {Element | null | undefined} place
 */
export const rowsIn = (place) => (place ? $$("[data-lists] > [data-version]", HTMLElement, place).filter(isSeen) : []);

function lookBeside() {
  const rows = $$(":scope > [data-version]", HTMLElement, current?.parentElement);
  const at = current ? rows.indexOf(current) : -1;
  if (at >= 0) beside = [...rows.slice(at + 1, at + 4), ...rows.slice(Math.max(0, at - 3), at).reverse()];
}

/**
 * Choose a question; it stays where it is, though the one chosen before becomes smaller.
 * @param {HTMLElement | null} row
 */
export function choose(row) {
  if (row === current && (!row || row.hasAttribute("data-my-current"))) return;
  const top = row?.getBoundingClientRect().top ?? 0;
  for (const other of $$(`${ROW}[data-my-current]`)) other.removeAttribute("data-my-current");
  current = row;
  row?.setAttribute("data-my-current", "");
  lookBeside();
  const moved = row ? row.getBoundingClientRect().top - top : 0;
  if (row && moved) (row.closest(".zone") ?? document.documentElement).scrollTop += moved;
  emit("panel-toggled");
}

/** Choose a question, with the focus, and show it. @param {HTMLElement | null | undefined} row */
export function goTo(row) {
  if (!row) return;
  row.focus({ preventScroll: true });
  choose(row);
  row.scrollIntoView({ block: "nearest" });
}

/** After news: what was chosen may have been folded away, filtered out or moved behind a list's end. */
function follow() {
  if (!current) return;
  if (there(current)) {
    lookBeside();
    return;
  }
  const lost = current;
  const zone = closest(besideChosen(), "[data-zone]");
  choose(null);
  const active = focused();
  // Not to its neighbour: a key that is on its way was meant for the one that has gone.
  if (!active || active === document.body || lost.contains(active)) zone?.focus({ preventScroll: true });
}

/** Install the listeners; once a page. */
export function start() {
  addEventListener("pointerdown", () => { pressed = true; }, { capture: true, passive: true });
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => setTimeout(() => { pressed = false; }, 0), { capture: true, passive: true });
  document.addEventListener("focusin", (event) => {
    const row = closest(event.target, ROW);
    // A button that is just being pressed must not move away from under the pointer; it is chosen with the click.
    if (row && !pressed && closest(event.target, ":focus-visible")) choose(row);
  });
  document.addEventListener("click", (event) => {
    const row = closest(event.target, ROW);
    if (row?.isConnected && !row.hasAttribute("data-my-current")) choose(row);
  });
  on("dom-updated", follow);
}
