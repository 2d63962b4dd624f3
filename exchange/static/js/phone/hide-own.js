// My own questions stand at the top, with their status; in the list of all they need not stand a second time.
// A fragment does not know who is looking, so the browser tells.

import { on } from "../page/events.js";

function hideMine() {
  for (const own of document.querySelectorAll("[data-my-own]")) {
    if (!document.getElementById(`mine-${own.id}`)) own.removeAttribute("data-my-own");
  }
  for (const mine of document.querySelectorAll("[data-list=mine][id]")) {
    document.getElementById(mine.id.replace("mine-", ""))?.setAttribute("data-my-own", "");
  }
}

/** Begin. Once a page. */
export function start() {
  hideMine();
  on("dom-updated", hideMine);
}
