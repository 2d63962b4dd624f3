// The stage's column: a question that goes live is shown from its start, wherever the column was scrolled to. What
// anchors the rest of the page (live/anchoring.js) would leave it above, hidden by the column's heading.

import { $$, closest, focused } from "../page/dom.js";
import { on } from "../page/events.js";

const live = () => $$("[data-keeps-open] > [data-version]", HTMLElement);

/** Install the listeners; once a page. */
export function start() {
  let known = new Set(live().map(({ id }) => id));
  on("dom-updated", () => {
    const come = live().filter(({ id }) => !known.has(id));
    known = new Set(live().map(({ id }) => id));
    for (const row of come) show(row);
  });
}

/** @param {HTMLElement} row */
function show(row) {
  const zone = closest(row, ".zone");
  // Whoever writes there, to the hall say, is not torn away. A column that does not scroll by itself stays where it is.
  if (!zone || closest(focused(), "textarea, select, input")?.closest(".zone") === zone) return;
  zone.scrollTop = 0;
}
