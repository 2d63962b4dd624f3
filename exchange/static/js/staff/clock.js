// The countdown of the closing round, every second.

import { $$ } from "../page/dom.js";
import { on } from "../page/events.js";
import { words } from "./words.js";

function tick() {
  for (const clock of $$("time[data-clock]", HTMLTimeElement)) {
    const left = Math.round((new Date(clock.dateTime).getTime() - Date.now()) / 1000);
    const time = `${Math.floor(Math.max(0, left) / 60)}:${String(Math.max(0, left) % 60).padStart(2, "0")}`;
    const text = left > 0 ? words("remaining", { time }) : words("over");
    if (clock.textContent !== text) clock.textContent = text;
    clock.toggleAttribute("data-my-over", left <= 0);
  }
}

/** Install the listeners; once a page. */
export function start() {
  tick();
  setInterval(tick, 1000);
  on("dom-updated", tick);
}
