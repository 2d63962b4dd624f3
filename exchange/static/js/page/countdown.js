// What is left of the closing round, counted in whole seconds by the server's time: the same at the moderation and in the hall.

import { $$ } from "./dom.js";
import { on } from "./events.js";
import { serverTime } from "./server-time.js";

/**
 * Seconds until a moment, rounded up, so that it is over at nought; NaN while the server's time is not known.
 * @param {string} moment
 */
const secondsUntil = (moment) => Math.ceil((Date.parse(moment) - serverTime()) / 1000);

/** 9:54. @param {number} seconds */
const minutesAndSeconds = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

/**
 * Keep every `<time>` that matches. One that cannot be told yet reads as the server wrote it.
 * @param {string} selector
 * @param {(time: string, over: boolean) => string} words  what it reads; `time`: 9:54, nought when it is over
 * @param {(clock: HTMLTimeElement, left: number) => void} [heard]  told with each tick, with the seconds that are left
 */
export function keepCountdown(selector, words, heard) {
  const tick = () => {
    for (const clock of $$(selector, HTMLTimeElement)) {
      const left = secondsUntil(clock.dateTime);
      if (Number.isNaN(left)) continue;
      const over = left <= 0;
      const text = words(minutesAndSeconds(Math.max(0, left)), over);
      if (clock.textContent !== text) clock.textContent = text;
      clock.toggleAttribute("data-my-over", over);
      heard?.(clock, left);
    }
  };
  tick();
  // Four times a second: once would leave out a second now and then.
  setInterval(tick, 250);
  on("dom-updated", tick);
  on("time-known", tick);
}
