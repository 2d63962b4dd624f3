// The countdown of the closing round, in letters for the hall: minutes and seconds, and 0:00 at its end.

import { $$ } from "../page/dom.js";
import { on } from "../page/events.js";

function tick() {
  for (const clock of $$("[data-until]")) {
    const left = Math.max(0, Math.ceil((Date.parse(clock.dataset.until ?? "") - Date.now()) / 1000));
    if (Number.isNaN(left)) continue;
    const text = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (clock.textContent !== text) clock.textContent = text;
    clock.toggleAttribute("data-my-over", left === 0);
  }
}

/** Install the listeners; once a page. */
export function start() {
  tick();
  setInterval(tick, 250);
  on("dom-updated", tick);
}
