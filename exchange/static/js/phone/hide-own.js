// My own questions are listed at the top, with their status, so they are hidden in the list of all. A fragment goes to
// everybody and cannot know whose it is: that is why it is done here.

import { on } from "../page/events.js";

function hideOwn() {
  for (const own of document.querySelectorAll("[data-my-own]")) {
    if (!document.getElementById(`mine-${own.id}`)) own.removeAttribute("data-my-own");
  }
  for (const mine of document.querySelectorAll("[data-list=mine][id]")) {
    document.getElementById(mine.id.replace("mine-", ""))?.setAttribute("data-my-own", "");
  }
}

/** Install the listeners; once a page. */
export function start() {
  hideOwn();
  on("dom-updated", hideOwn);
}
