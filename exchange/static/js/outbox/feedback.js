// A write is shown where it was pressed for as long as that is quick: no line of a list comes up only to go again. If it
// takes longer, or fails, its form is free for the next one and the waiting list shows it.

/** @typedef {import("../phone/outbox.js").Entry} Entry */

/** Milliseconds that a person waits before a form that does not answer. */
const QUICK = 1500;

/** The keys of what a form shows, and the list therefore does not. @type {Set<string>} */
export const held = new Set();

/**
 * Follow an entry, before it is put in, to its end or to the list.
 * @param {string} key
 * @param {object} on
 * @param {(entry: Entry) => void} on.arrived
 * @param {(entry: Entry) => void} on.refused
 * @param {() => void} on.left   the list has it now, or nobody
 * @param {(entry: Entry) => void} [on.waits]  where there is no list: it has failed, and stays with its form
 */
export function hold(key, on) {
  held.add(key);
  const end = (/** @type {() => void} */ then) => {
    clearTimeout(timer);
    document.removeEventListener("exchange:outbox", hear);
    held.delete(key);
    then();
    document.dispatchEvent(new Event("exchange:held"));
  };
  const hear = (/** @type {Event} */ event) => {
    const { kind, entry } = /** @type {CustomEvent} */ (event).detail;
    if (entry.key !== key) return;
    if (kind === "arrived") end(() => on.arrived(entry));
    else if (kind === "refused") end(() => on.refused(entry));
    else if (kind === "gone") end(on.left);
    else if (on.waits) on.waits(entry);
    else if (entry.why) end(on.left);
  };
  const timer = on.waits ? undefined : setTimeout(() => end(on.left), QUICK);
  document.addEventListener("exchange:outbox", hear);
}
