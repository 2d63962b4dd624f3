// Relative times that are kept up to date: <time data-ago datetime="..."> reads "vor 3 Minuten".

import { $$ } from "./dom.js";
import { on } from "./events.js";
import { likelyTime, serverTime } from "./server-time.js";

const { lang } = document.documentElement;
const language = lang === "en" ? "en-GB" : lang || "de";
/** Times are those of the hall (config.py), as in what the server wrote, wherever the device believes to be. */
const timeZone = "Europe/Berlin";
const words = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone });
const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", timeZone });

/**
 * "vor 3 Min." within the hour, then the time, on another day the day.
 * @param {number} then
 * @param {number} now  the server's time
 * @returns {string}
 */
function age(then, now) {
  const seconds = Math.max(0, (now - then) / 1000);
  if (seconds < 45) return words.format(0, "second");
  if (seconds < 3600) return words.format(-Math.max(1, Math.round(seconds / 60)), "minute");
  return seconds < 86_400 && day.format(then) === day.format(now) ? clock.format(then) : dayAndTime(then);
}

/** As the server writes it (rendering.py), so that nothing changes under the eye. @param {number} then */
const dayAndTime = (then) => `${day.format(then)}, ${clock.format(then)}`;

/**
 * The time of day: 14:32. Now, if no time is told.
 * @param {number} [then]
 */
export const timeOfDay = (then = likelyTime()) => clock.format(then);

function tick() {
  const now = serverTime();
  if (Number.isNaN(now)) return;
  for (const element of $$("time[data-ago]", HTMLTimeElement)) {
    const then = Date.parse(element.dateTime);
    if (Number.isNaN(then)) continue;
    const text = age(then, now);
    if (element.textContent !== text) {
      element.textContent = text;
      element.title = dayAndTime(then);
    }
  }
}

/** Install the listeners; once a page. */
export function start() {
  tick();
  setInterval(tick, 15_000);
  on("dom-updated", tick);
  on("time-known", tick);
  addEventListener("pageshow", tick);
}
