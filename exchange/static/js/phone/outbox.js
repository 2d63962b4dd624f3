// The outbox: what this browser has not yet got confirmed. It is written down before the first byte leaves, sent again
// under the same key until our server has repeated that key, and taken out only then, or when the server has refused it.
//
// One item of localStorage an entry, so that two tabs never overwrite each other's. Whatever tab is awake sends; a lease
// in the entry keeps two from sending it at once (if they do: it is the same key). Nothing here believes the clock of
// the phone: pauses are measured in the page, and the lease only compares two readings of the same clock.

import { onReconnectChance } from "../live/connection.js";
import { newKey, send } from "../outbox/post.js";
import { keeping } from "../outbox/storage.js";
import { emit } from "../page/events.js";

/**
 * @typedef {object} Entry
 * @property {string} key     the write's UUID; the answer must repeat it
 * @property {string} what    ask, edit, withdraw, me-too
 * @property {string} about   what the write is for, if a later one takes its place: "edit 12"; "" if none does
 * @property {string} url
 * @property {Record<string, string>} fields
 * @property {string} place   where, in words: the stand, or the question
 * @property {number} order   what was written down later has more
 * @property {boolean} maybe  it may have arrived without our knowing
 * @property {number} tries   answers that did not come
 * @property {string} why     "" or "line": no line; "later": the server asks for patience
 * @property {{word: string, message: string, status: number} | null} refused
 * @property {string} tab     who sends it just now, and
 * @property {number} until   for how long, by this device's clock
 * @property {{body: any, time: number} | null} arrived  only in passing, for the other tabs
 */

const PREFIX = "exchange.outbox.";
/** A little longer than an answer is waited for. */
const LEASE = 20_000;

/** @type {ReturnType<typeof keeping<Entry>>} */
const kept = keeping(PREFIX);
/** @type {Set<string>} */
const underWay = new Set();
/** When the server has asked for patience: until when, by what. @type {Map<string, number>} */
const pauses = new Map();

let running = false;
let again = false;
let failures = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let due = 0;
/** Ends the attempt that is under way. @type {AbortController | undefined} */
let control;
let begun = 0;

/** This tab's name; the same after a reload, which is how it knows its own lease. */
const tab = (() => {
  const fresh = String(Math.random()).slice(2);
  try {
    const known = sessionStorage.getItem("exchange.tab") ?? fresh;
    sessionStorage.setItem("exchange.tab", known);
    return known;
  } catch {
    return fresh;
  }
})();

/** @param {string} key @returns {Entry | null} as it is now: another tab may have been at it */
export const entryOf = (key) => kept.find(key);

/** All of them, the oldest first. @returns {Entry[]} */
export const entries = () => kept.all().filter((entry) => !entry.arrived);

/**
 * @param {"changed" | "arrived" | "refused" | "gone"} kind  gone: discarded, or, in another tab, told of before
 * @param {Entry} entry
 */
function tell(kind, entry) {
  emit("outbox-changed", { kind, entry });
}

export const { isKept } = kept;

/** Whether it is on its way at this moment. @param {Entry} entry */
export const isUnderWay = (entry) => underWay.has(entry.key);

/**
 * Write it down, and send it. What was wished before about the same is not sent any more.
 * @param {{key: string, what: string, url: string, fields: Record<string, string>, about?: string, place?: string, maybe?: boolean}} wish
 * @returns {Entry}
 */
export function put(wish) {
  const others = entries();
  /** @type {Entry} */
  const entry = { about: "", place: "", maybe: false, ...wish, order: (others.at(-1)?.order ?? 0) + 1, tries: 0, why: "", refused: null, tab: "", until: 0, arrived: null };
  kept.write(entry);
  if (entry.about) others.filter((other) => other.about === entry.about).forEach((other) => discard(other.key));
  tell("changed", entry);
  void flush();
  return entry;
}

/** Take it out unsent. @param {string} key */
export function discard(key) {
  const entry = entryOf(key);
  kept.erase(key);
  if (entry) tell("gone", entry);
}

/** Once more, what was refused: under a key that was not refused. @param {Entry} entry */
export function retry({ key, what, about, url, fields, place }) {
  discard(key);
  put({ key: newKey(), what, about, url, fields, place });
}

/** A reason to hope: the line is back, somebody is looking. What was sent into a dead line is sent anew. */
export function hurry() {
  failures = 0;
  if (performance.now() - begun > 3000) control?.abort();
  void flush();
}

/** Look again after so many milliseconds, if not before. @param {number} pause */
function plan(pause) {
  const then = performance.now() + pause;
  if (timer && due <= then) return;
  clearTimeout(timer);
  due = then;
  timer = setTimeout(() => {
    // What has rung is not waited for, even if it rang while something was being sent.
    timer = undefined;
    void flush();
  }, pause);
}

/** How much longer another tab has the sending of it. @param {Entry} entry */
function leased(entry) {
  const left = entry.until - Date.now();
  // A lease of more than its length was written before the clock was set.
  return entry.tab !== tab && left > 0 && left <= LEASE ? left : 0;
}

/** How long an entry is to be left alone. @param {Entry} entry */
const pauseOf = (entry) => Math.max(leased(entry), (pauses.get(entry.what) ?? 0) - performance.now());

/** Send what waits, the oldest first. */
async function flush() {
  again = running;
  if (running) return;
  running = true;
  do {
    again = false;
    clearTimeout(timer);
    timer = undefined;
    let dead = 0;
    for (const { key } of entries()) {
      const entry = entryOf(key);
      if (!entry || entry.refused) continue;
      const why = dead === 2 ? "line" : pauseOf(entry) > 0 && !leased(entry) ? "later" : "";
      if (why && !entry.why) {
        kept.write({ ...entry, why });
        tell("changed", { ...entry, why });
      }
      // Nobody answers: the others would learn the same. But one alone shall not hold up all.
      if (pauseOf(entry) <= 0 && dead < 2 && !(await attempt(entry))) dead += 1;
      const left = entryOf(key);
      if (left && !left.refused && pauseOf(left) > 0) plan(pauseOf(left) + Math.random() * 1000);
    }
    if (dead) {
      failures += 1;
      plan(Math.min(2000 * 1.6 ** failures, 20_000) * (0.75 + Math.random() / 2));
    } else failures = 0;
  } while (again && !failures);
  running = false;
}

/** @param {Entry} entry @returns {Promise<boolean>} whether our server answered */
async function attempt(entry) {
  const before = entry.maybe;
  const cutOff = !navigator.onLine;
  kept.write({ ...entry, maybe: true, tab, until: Date.now() + LEASE });
  underWay.add(entry.key);
  tell("changed", entry);
  control = new AbortController();
  begun = performance.now();
  const answer = await send(entry.url, { ...entry.fields, key: entry.key }, { echo: entry.key, control });
  control = undefined;
  underWay.delete(entry.key);
  if (answer.ok) {
    const done = { ...entry, arrived: { body: answer.body, time: answer.time } };
    // Other tabs hear how it went before they hear that it is gone.
    if (isKept(entry)) kept.write(done);
    kept.erase(entry.key);
    tell("arrived", done);
    return true;
  }
  const now = entryOf(entry.key);
  if (!now) return answer.ours;
  // Our server says that it did not take it; or there was no line that it could have left by.
  const maybe = answer.ours || (cutOff && !navigator.onLine) ? before : true;
  const later = [421, 429].includes(answer.status) || answer.status >= 500;
  const refused = answer.ours && answer.message && !later ? { word: answer.error, message: answer.message, status: answer.status } : null;
  if (answer.after) pauses.set(entry.what, performance.now() + Math.min(answer.after, 120) * 1000);
  const left = { ...now, maybe, refused, tries: now.tries + 1, why: answer.ours ? "later" : "line", tab: "", until: 0 };
  kept.write(left);
  tell(refused ? "refused" : "changed", left);
  return Boolean(refused) || answer.after > 0;
}

/** Begin. Once a page. */
export function start() {
  onReconnectChance(hurry);
  addEventListener("storage", (event) => {
    if (!event.key?.startsWith(PREFIX)) return;
    // Another tab wrote down, sent, changed or discarded something.
    const entry = kept.parse(event.newValue) ?? kept.parse(event.oldValue);
    if (!entry) return;
    if (event.newValue === null) tell("gone", entry);
    else tell(entry.arrived ? "arrived" : entry.refused ? "refused" : "changed", entry);
    // That tab sees to it. Should it be closed, or fall asleep: this one does.
    plan(LEASE);
  });
  addEventListener("pagehide", () => {
    // Whoever comes next need not wait for us.
    for (const key of underWay) {
      const entry = entryOf(key);
      if (entry) kept.write({ ...entry, until: 0 });
    }
  });
  void flush();
}
