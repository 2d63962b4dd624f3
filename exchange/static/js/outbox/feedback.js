// A write is shown where it was pressed for as long as that is quick: no line of a list comes up only to go again. If it
// takes longer, or fails, its form is free for the next one and the waiting list shows it.

import { emit, on } from "../page/events.js";

/** @typedef {import("../phone/outbox.js").Entry} Entry */

/** Milliseconds that a person waits before a form that does not answer. */
const QUICK = 1500;

/** The keys of what a form shows, and the list therefore does not. @type {Set<string>} */
export const held = new Set();

/**
 * Follow an entry, before it is put in, to its end or to the list.
 * @param {string} key
 * @param {object} hooks
 * @param {(entry: Entry) => void} hooks.arrived
 * @param {(entry: Entry) => void} hooks.refused
 * @param {() => void} hooks.left   the list has it now, or nobody
 * @param {(entry: Entry) => void} [hooks.waits]  where there is no list: it has failed, and stays with its form
 */
export function hold(key, hooks) {
  held.add(key);
  const end = (/** @type {() => void} */ then) => {
    clearTimeout(timer);
    stop();
    held.delete(key);
    then();
    emit("feedback-ended");
  };
  const stop = on("outbox-changed", ({ kind, entry }) => {
    if (entry.key !== key) return;
    if (kind === "arrived") end(() => hooks.arrived(entry));
    else if (kind === "refused") end(() => hooks.refused(entry));
    else if (kind === "gone") end(hooks.left);
    else if (hooks.waits) hooks.waits(entry);
    else if (entry.why) end(hooks.left);
  });
  const timer = hooks.waits ? undefined : setTimeout(() => end(hooks.left), QUICK);
}
