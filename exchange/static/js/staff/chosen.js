// The chosen question of the moderation: it shows its whole text and its verbs, and keys are meant for it. Chosen is what
// the keyboard goes to, and what a finger or a pointer touches.

import { $$, closest, focused } from "../page/dom.js";
import { emit } from "../page/events.js";
import { ignoreOthersBriefly } from "./misclicks.js";
import { isSeen } from "./words.js";

const ROW = ".row-q[data-version]";

/** @type {HTMLElement | null} */
let current = null;
/** Whether a pointer is down: what it focuses has not been chosen yet. */
let pressed = false;

/** The question that keys are meant for: the one that has the focus, else the one chosen last. */
export const chosen = () => closest(focused(), ROW) ?? (current?.isConnected && isSeen(current) ? current : null);

/**
 * Choose a question; it stays where it is, though the one chosen before becomes smaller.
 * @param {HTMLElement | null} row
 */
export function choose(row) {
  if (row === current && row?.hasAttribute("data-my-current")) return;
  const top = row?.getBoundingClientRect().top ?? 0;
  for (const other of $$(`${ROW}[data-my-current]`)) other.removeAttribute("data-my-current");
  current = row;
  row?.setAttribute("data-my-current", "");
  const moved = row ? row.getBoundingClientRect().top - top : 0;
  if (row && moved) (row.closest(".zone") ?? document.documentElement).scrollTop += moved;
  emit("panel-toggled");
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
    if (!row?.isConnected || row.hasAttribute("data-my-current")) return;
    choose(row);
    // The second half of a double tap meets what has just come up.
    if (!closest(event.target, "button, a, input, textarea, label")) ignoreOthersBriefly(row, true);
  });
}
