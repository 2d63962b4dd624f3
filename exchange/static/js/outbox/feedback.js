// Inline feedback: a write is shown where it was pressed for as long as that is quick, so that no list shows it only for a
// moment. After that its form is free for the next one, and a list shows the write.

import { emit } from "../page/events.js";

/** Milliseconds for which a form may just look busy. */
export const QUICK = 1500;

/** @type {Map<string, {release: () => void, timer: ReturnType<typeof setTimeout> | undefined}>} */
const held = new Map();

/** Whether a form shows it, and lists therefore do not. @param {string} key */
export const isHeld = (key) => held.has(key);

/**
 * A form shows this write from now on.
 * @param {string} key
 * @param {() => void} onRelease  it takes longer: a list shows it now
 * @param {number} [within]       milliseconds; without them until `release` or `end`
 */
export function hold(key, onRelease, within) {
  held.set(key, { release: onRelease, timer: within === undefined ? undefined : setTimeout(() => release(key), within) });
}

/**
 * The form no longer shows it.
 * @param {string} key
 * @param {() => void} [then]  before lists look again
 * @returns {boolean} whether it was held
 */
export function end(key, then) {
  const one = held.get(key);
  if (!one) return false;
  clearTimeout(one.timer);
  held.delete(key);
  then?.();
  emit("feedback-ended");
  return true;
}

/** It takes longer. @param {string} key */
export const release = (key) => end(key, held.get(key)?.release);
