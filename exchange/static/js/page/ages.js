// Relative times that are kept up to date: <time data-ago datetime="..."> reads "vor 3 Minuten".

import { $$ } from "./dom.js";
import { on } from "./events.js";

const language = document.documentElement.lang || "de";
const words = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/**
 * "vor 3 Min." within the hour, then the time, on another day the day.
 * @param {Date} then
 * @returns {string}
 */
export function age(then) {
  const seconds = Math.max(0, (Date.now() - then.getTime()) / 1000);
  if (seconds < 45) return words.format(0, "second");
  if (seconds < 3600) return words.format(-Math.max(1, Math.round(seconds / 60)), "minute");
  return then.toDateString() === new Date().toDateString() ? clock.format(then) : day.format(then);
}

/**
 * The time of day: 14:32.
 * @param {Date} then
 */
export const timeOfDay = (then) => clock.format(then);

function tick() {
  for (const element of $$("time[data-ago]", HTMLTimeElement)) {
    const then = new Date(element.dateTime);
    if (Number.isNaN(then.getTime())) continue;
    const text = age(then);
    if (element.textContent !== text) {
      element.textContent = text;
      element.title = day.format(then);
    }
  }
}

/** Install the listeners; once a page. */
export function start() {
  tick();
  setInterval(tick, 15_000);
  on("dom-updated", tick);
  addEventListener("pageshow", tick);
}
