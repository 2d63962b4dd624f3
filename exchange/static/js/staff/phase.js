// Which verbs are offered follows from the phase, too: when it changes, so do more rows than are worth pushing.

import { readAgain } from "../live/updates.js";
import { byId } from "../page/dom.js";
import { on } from "../page/events.js";

/** Install the listeners; once a page. */
export function start() {
  const phaseNow = () => byId("conduct")?.dataset.phase;
  let phase = phaseNow();
  on("dom-updated", () => {
    if (phaseNow() === phase) return;
    phase = phaseNow();
    void readAgain();
  });
}
