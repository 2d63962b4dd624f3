// The attendee's outbox: asks, edits, withdrawals and me toos, sent by `outbox/sender.js`. They do not build upon each
// other, so one that cannot get through lets the others pass, and whichever tab is awake sends, whatever page of the fair
// it shows. Staff's spoken questions go through it, too.

import { QUICK, end, hold } from "../outbox/feedback.js";
import { newKey } from "../outbox/post.js";
import { sender } from "../outbox/sender.js";
import { emit, on } from "../page/events.js";

/**
 * @typedef {object} Wish
 * @property {string} what    ask, edit, withdraw, me-too
 * @property {string} [about] what the write is about, if a later one takes its place
 * @property {string} [place] the stand or the question, in words
 *
 * @typedef {import("../outbox/sender.js").Write & Wish} Entry
 */

/** @type {import("../outbox/sender.js").Policy<Entry>} */
const policy = {
  prefix: "exchange.outbox.",
  patience: 15_000,
  stale: 3000,
  // A little longer than an answer is waited for.
  lease: 20_000,
  pauses: [3200, 5000, 8000, 13_000, 20_000],
  tolerance: 2,
  longest: 120,
  // A limit for asking does not hold up the votes.
  lane: ({ what }) => what,
  supersedes: (entry, earlier) => Boolean(entry.about) && entry.about === earlier.about,
  mayTry: () => true,
  cutOff: () => !navigator.onLine,
  confirms: (body, { key }) => body.key === key,
  isFinal: ({ status }) => status !== 421 && status !== 429 && status < 500,
  tell: (kind, entry) => emit("outbox-changed", { kind, entry }),
};

const outbox = sender(policy);

export const { discard, entries, find: entryOf, isStored, isUnderWay, put, start, wake } = outbox;

/** Send again what was refused, under a key that was not refused. @param {Entry} entry */
export function retry({ key, what, about, url, fields, place }) {
  discard(key);
  put({ key: newKey(), what, about, url, fields, place });
}

/**
 * Show an entry in its form, from before it is put until it is decided or the waiting list has it.
 * @param {string} key
 * @param {object} hooks
 * @param {(entry: Entry) => void} hooks.arrived
 * @param {(entry: Entry) => void} hooks.refused
 * @param {() => void} hooks.left   the waiting list shows it, or it was discarded
 * @param {(entry: Entry) => void} [hooks.waits]  where there is no list: it failed, and stays with its form
 */
export function follow(key, { arrived, refused, left, waits }) {
  const stop = on("outbox-changed", ({ kind, entry }) => {
    if (entry.key !== key) return;
    if (kind === "changed" && waits) waits(entry);
    else if (kind !== "changed" || entry.why) end(key, () => {
      stop();
      if (kind === "arrived") arrived(entry);
      else if (kind === "refused") refused(entry);
      else left();
    });
  });
  hold(key, () => { stop(); left(); }, waits ? undefined : QUICK);
}
