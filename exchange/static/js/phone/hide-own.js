// My own questions are listed at the top, with their status, so they are hidden in the list of all. A fragment goes to
// everybody and cannot know whose it is: that is why it is done here.

import { $$, byId } from "../page/dom.js";
import { on } from "../page/events.js";

function hideOwn() {
  for (const one of $$("[data-list=public]")) one.toggleAttribute("data-my-own", !!byId(`mine-${one.id}`));
}

/** Install the listeners; once a page. */
export function start() {
  hideOwn();
  on("dom-updated", hideOwn);
}
