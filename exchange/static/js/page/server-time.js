// The server's time. A laptop's or phone's own clock may be minutes or a day wrong, and may be set right while the page is
// open; so every clock, age and decision about a day asks here. The difference to the server is taken from answers that the
// page gets anyway. Until the first of them the time is not known, and pages show what the server wrote.

import { emit } from "./events.js";

/** What this device's clock lacks, in milliseconds; NaN while unknown. */
let offset = NaN;
/** How long the way to the server and back took that told it: it is wrong by half of that at most. */
let way = Infinity;

let read = () => Date.now() + offset;

/** The server's time in milliseconds, NaN while it is not known. */
export const serverTime = () => read();

/** The same where some time has to be told: before any answer the device's, which whoever reads it can compare. */
export const likelyTime = () => Date.now() + (offset || 0);

/**
 * To be called when the server is asked something.
 * @returns {(time: number) => void}  to be called when it answers, with the time that it tells, in milliseconds
 */
export function askTime() {
  const wall = Date.now();
  const steady = performance.now();
  return (time) => {
    // By both clocks: one may have been set meanwhile, the other may have stood still while the device slept.
    const took = Math.max(Date.now() - wall, performance.now() - steady);
    learn(time + took / 2 - Date.now(), took);
  };
}

/** An answer that took longer says too little. */
const LONGEST = 10_000;

/**
 * @param {number} found  the offset by an answer
 * @param {number} took   milliseconds, there and back
 */
function learn(found, took) {
  read();
  // A longer way tells nothing new, unless it contradicts: then this device's clock was set.
  if (took > LONGEST || (took > way && Math.abs(found - offset) <= (took + way) / 2)) return;
  offset = found;
  way = took;
  emit("time-known");
}

// ---- staff's pages -------------------------------------------------------------------------------------------------
//
// Phones show ages in minutes, and ask once a minute and whenever somebody looks at them; a countdown has to be exact.

/** The clock moved by more than this between two looks: it was set, or the device slept. */
const STEP = 1000;
/** How long after such a step no time is told unless an answer says which it was. Without a connection a sleep is assumed. */
const DOUBT = 5000;

/**
 * Learn the time from the page itself, which a pass has opened: it is stored nowhere (no-store), so it was written for this
 * very request; others may come out of the browser's cache with an old time in them. And notice at once when the clock is set.
 */
export function keepTimeExactly() {
  let apart = Date.now() - performance.now();
  let doubtedAt = -Infinity;
  read = () => {
    const moved = Date.now() - performance.now() - apart;
    apart += moved;
    if (Math.abs(moved) > STEP) {
      way = Infinity;
      // Back: it was set. Forward: it was set, or the device slept, during which the other clock may stand still.
      if (moved < 0) offset -= moved;
      else doubtedAt = performance.now();
    }
    return way === Infinity && performance.now() - doubtedAt < DOUBT ? NaN : Date.now() + offset;
  };
  const [request] = performance.getEntriesByType("navigation");
  const now = Number(document.getElementById("main")?.dataset.now);
  if (!(request instanceof PerformanceNavigationTiming) || !request.responseStart || !now) return;
  const took = request.responseStart - request.requestStart;
  learn(now + took / 2 - request.responseStart - apart, took);
}
