// Escape folds what the focus is in, and the focus goes to its heading. What was typed in it stays.

import { $, closest } from "../page/dom.js";

/** Install the listener; once a page. */
export function start() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
    // There Escape empties the field, or closes the browser's own list.
    if (closest(event.target, "select, input[type=search]")) return;
    const details = closest(event.target, "details[open]");
    const summary = $(":scope > summary", HTMLElement, details);
    if (!(details instanceof HTMLDetailsElement) || !summary) return;
    event.preventDefault();
    details.open = false;
    summary.focus();
  });
}
