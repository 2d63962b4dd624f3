// One tab stop a zone of the moderation, not one a button: with sixty questions there would be three hundred. Tab goes to a
// row (the chosen one, else the first), from there through its verbs, and on to the next zone. Up and Down go from row to
// row, Enter and Right into its verbs, Left and Escape back. Verbs of other rows are no tab stops, but stay what they are
// for a screen reader, which reaches them without Tab.

import { $$, closest } from "../page/dom.js";
import { on } from "../page/events.js";
import { ROW, chosen, goTo, rowsIn } from "./chosen.js";
import { isSeen } from "./words.js";

const VERBS = ".row-verbs > *, .place-button";

/** Where the keyboard was last in each zone. @type {WeakMap<Element, Element>} */
const latest = new WeakMap();

/** @param {HTMLElement} element @param {string | null} stop */
function set(element, stop) {
  if (stop === element.getAttribute("tabindex")) return;
  if (stop === null) element.removeAttribute("tabindex");
  else element.setAttribute("tabindex", stop);
}

/** Let one row of each zone be a tab stop, and the chosen one's verbs. */
function arrange() {
  const current = chosen();
  for (const zone of $$("[data-zone]")) {
    if (current && zone.contains(current)) latest.set(zone, current);
    const rows = $$(ROW, HTMLElement, zone);
    const stop = rows.find((row) => row === latest.get(zone) && isSeen(row)) ?? rows.find(isSeen);
    for (const row of rows) {
      set(row, row === stop ? "0" : "-1");
      for (const verb of $$(VERBS, HTMLElement, row)) set(verb, row === current ? null : "-1");
    }
  }
}

/** @param {HTMLElement} row @param {string} key */
function neighbour(row, key) {
  const rows = rowsIn(row.closest("[data-zone]"));
  const at = rows.indexOf(row);
  return { ArrowUp: rows[at - 1], ArrowDown: rows[at + 1], Home: rows[0], End: rows.at(-1) }[key];
}

/** @param {KeyboardEvent} event */
function walk(event) {
  if (event.key === "Tab") arrange();
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const row = closest(event.target, ROW);
  const verb = closest(event.target, VERBS);
  if (!row || (event.target !== row && !verb)) return;
  const verbs = $$(VERBS, HTMLElement, row).filter(isSeen);
  const at = verb ? verbs.indexOf(verb) : -1;
  /** @type {(() => void) | undefined} */
  let go;
  if (["ArrowUp", "ArrowDown", "Home", "End"].includes(event.key)) go = () => goTo(neighbour(row, event.key));
  else if (event.key === "ArrowRight" || (event.key === "Enter" && !verb)) go = () => verbs[Math.min(at + 1, verbs.length - 1)]?.focus();
  else if (verb && (event.key === "ArrowLeft" || event.key === "Escape")) go = () => (event.key === "Escape" ? row : verbs[at - 1] ?? row).focus();
  if (!go) return;
  event.preventDefault();
  go();
  // With the focus it is chosen, and so are its verbs.
  arrange();
}

/** Install the listeners; once a page. */
export function start() {
  if (!document.querySelector("[data-zone]")) return;
  arrange();
  document.addEventListener("keydown", walk);
  on("dom-updated", arrange);
  on("panel-toggled", arrange);
}
