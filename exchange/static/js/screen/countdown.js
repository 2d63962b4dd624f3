// The countdown of the closing round, in letters for the hall: minutes and seconds, and 0:00 at its end.

import { keepCountdown } from "../page/countdown.js";

/** Install the listeners; once a page. */
export const start = () => keepCountdown("time[data-until]", (time) => time);
