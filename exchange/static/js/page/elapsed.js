// How long something has been on, against what was planned: "3 von 5 min", "2 min über Plan". The server says how long it was when
// it drew the element, so the browser's own clock may be wrong; from then on only that clock's pace counts. Asks for nothing.

import { $$ } from "./dom.js";
import { on } from "./events.js";

/** When each element was first seen as it is now: what it says, and the moment. @type {WeakMap<Element, {said: string, at: number}>} */
const seen = new WeakMap();

function tick() {
  for (const time of $$("time[data-elapsed]", HTMLTimeElement)) {
    const { since = "", elapsed = "", minutes = "", within = "", over = "" } = time.dataset;
    const said = `${since} ${elapsed}`;
    let first = seen.get(time);
    if (first?.said !== said) {
      first = { said, at: Date.now() };
      seen.set(time, first);
    }
    const now = Math.floor((Number(elapsed) + (Date.now() - first.at) / 1000) / 60);
    const late = now - Number(minutes);
    const text = late > 0 ? over.replace("{n}", String(late)) : within.replace("{n}", String(Math.max(0, now))).replace("{m}", minutes);
    if (time.textContent !== text) time.textContent = text;
    time.toggleAttribute("data-my-over", late > 0);
  }
}

/** Install the listeners; once a page. */
export function start() {
  tick();
  setInterval(tick, 1000);
  on("dom-updated", tick);
}
