// The page of one question. News of its question, whatever it is, has it read again; news of all others leaves it alone.

import { readAgain } from "../live/updates.js";
import { byId } from "../page/dom.js";
import { on } from "../page/events.js";

/** Install the listeners; once a page. */
export function start() {
  const id = byId("one")?.dataset.question;
  if (id) on("dom-updated", ({ heard }) => { if (heard.includes(id)) void readAgain(); });
}
