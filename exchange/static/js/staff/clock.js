// The countdown of the closing round at the moderation, in the strip and beside its buttons.

import { say } from "../page/announce.js";
import { keepCountdown } from "../page/countdown.js";
import { words } from "./words.js";

/** What is announced when so many seconds are left: at a few marks only, for somebody is speaking in the hall. */
const MARKS = [300, 60, 0];

/** The moment that is counted down to, and how many seconds were left when it was last looked at. */
let seen = { until: "", left: 0 };

/** @param {HTMLTimeElement} clock @param {number} left */
function announce({ dateTime: until }, left) {
  // Only what is passed while the page looks on: not what has passed when it is opened, nor what a new clock begins with.
  const before = seen.until === until ? seen.left : left;
  seen = { until, left };
  const [mark] = MARKS.filter((one) => before > one && left <= one).slice(-1);
  if (mark === undefined) return;
  say(mark === 0 ? words("clockOver") : mark === 60 ? words("clockMinute") : words("clockMinutes", { n: mark / 60 }));
}

/** Install the listeners; once a page. */
export function start() {
  keepCountdown("time[data-clock]", (time, over) => (over ? words("over") : words("remaining", { time })), announce);
}
