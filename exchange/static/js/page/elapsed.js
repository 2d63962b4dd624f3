// How long something has been on, against what was planned: "3 von 5 min", "2 min über Plan", by the server's time. Until that
// is known the element reads as the server wrote it.

import { $$ } from "./dom.js";
import { on } from "./events.js";
import { serverTime } from "./server-time.js";

function tick() {
  const now = serverTime();
  if (Number.isNaN(now)) return;
  for (const time of $$("time[data-elapsed]", HTMLTimeElement)) {
    const { minutes = "", within = "", over = "" } = time.dataset;
    const elapsed = Math.floor((now - Date.parse(time.dateTime)) / 60_000);
    const late = elapsed - Number(minutes);
    const text = late > 0 ? over.replace("{n}", String(late)) : within.replace("{n}", String(Math.max(0, elapsed))).replace("{m}", minutes);
    if (time.textContent !== text) time.textContent = text;
    time.toggleAttribute("data-my-over", late > 0);
  }
}

/** Install the listeners; once a page. */
export function start() {
  tick();
  setInterval(tick, 1000);
  on("dom-updated", tick);
  on("time-known", tick);
}
