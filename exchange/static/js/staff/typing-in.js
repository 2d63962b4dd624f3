// A question asked aloud or on paper is typed in: one press opens the field, one sends. phone/asking.js sees to its safe arrival.

import { toast } from "../page/announce.js";
import { words } from "./words.js";

/** Open the field, from wherever one is. */
export function typeIn() {
  const details = /** @type {HTMLDetailsElement | null} */ (document.querySelector("[data-type-in]"));
  if (details) details.open = true;
}

/** Begin. Once a page. */
export function start() {
  for (const details of /** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll("[data-type-in]"))) {
    const field = details.querySelector("textarea");
    details.addEventListener("toggle", () => { if (details.open) field?.focus(); });
    details.addEventListener("exchange:asked", (event) => {
      details.open = false;
      details.querySelector("summary")?.focus({ preventScroll: true });
      toast(words("asked", { number: /** @type {CustomEvent} */ (event).detail.number }));
    });
    details.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !details.open) return;
      event.stopPropagation();
      details.open = false;
      details.querySelector("summary")?.focus();
    });
    // Not yet sent, or not yet arrived: it is not left behind closed doors.
    if (field?.value) details.open = true;
  }
}
