// Staff's writes that have not been answered yet. Each is written down before it is sent, with the words that were typed,
// and survives a reload and a crash; it goes only when the server has said what became of it. They are sent one after
// the other, in the order of the presses: a later write may build upon an earlier one.
//
// One item of localStorage a write. Another tab of the same page may send it as well: it is the same key.

import { connectionState, onReconnectChance } from "../live/connection.js";
import { newKey, send } from "../outbox/post.js";
import { keeping } from "../outbox/storage.js";
import { emit, on } from "../page/events.js";

/**
 * @typedef {object} Waiting
 * @property {string} key
 * @property {string} url
 * @property {Record<string, string>} fields
 * @property {string} about   what it is done to: the id of a question's card, or "event"
 * @property {string} number  the question's, if it is one
 * @property {string} verb
 * @property {string} part    which of the question's forms
 * @property {string} what    the words on what was pressed
 * @property {string} said    the sentence when it is done
 * @property {{name: string, value: string}[]} typed  by the ids of their fields
 * @property {number} order
 * @property {number} tries   answers that did not come
 * @property {boolean} maybe  it may have arrived without our knowing
 * @property {string} why     the server's own words when it asks for patience
 * @property {string} refused the server's words when it has refused it
 */

/**
 * @typedef {object} Attendant  whoever pressed, as long as the page lives
 * @property {() => void} waits  it takes longer: it is shown as waiting from now on
 * @property {(answer: import("../outbox/post.js").Answer) => void} done  refused or done before it was shown; or done after
 */

const PREFIX = `exchange.waiting ${location.pathname} `;
/** So long a press is just busy, and not yet waiting. */
const QUICK = 1500;
const PATIENCE = 6000;
const PAUSES = [400, 1500, 3000, 5000, 8000];

/** @type {ReturnType<typeof keeping<Waiting>>} */
const kept = keeping(PREFIX);
/** @type {Map<string, Attendant>} */
const attendants = new Map();
/** Pressed just now: nobody needs to be told that it waits. @type {Set<string>} */
const quiet = new Set();

let running = false;
let failures = 0;
let reachedAt = -Infinity;
let begun = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
/** @type {AbortController | undefined} */
let control;

/** This machine itself is there without any network. */
const here = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
const cutOff = () => !navigator.onLine && !here;

/** Whether a write would have a way to go. What is not sent surely has not arrived. */
const hasLine = () => connectionState() === "online" || performance.now() - reachedAt < 3000 || (connectionState() !== "offline" && !cutOff());

/** @param {string} key */
function erase(key) {
  kept.erase(key);
  quiet.delete(key);
}

/** All that wait, and those that were refused and not yet put away, in the order of the presses. @returns {Waiting[]} */
export const entries = () => kept.all();

const tell = () => emit("pending-changed");

export const { isKept } = kept;

/** Whether it is to be shown. @param {Waiting} entry */
export const isShown = (entry) => !quiet.has(entry.key);

/**
 * The press that this one only repeats.
 * @param {string} url
 * @param {Record<string, string>} fields
 */
export function twinOf(url, fields) {
  const words = (/** @type {Record<string, string>} */ one) => JSON.stringify({ ...one, version: "", key: "" });
  return entries().find((one) => !one.refused && one.url === url && words(one.fields) === words(fields)) ?? null;
}

/**
 * Write it down, and send it.
 * @param {Pick<Waiting, "url" | "fields" | "about" | "verb" | "what" | "said"> & Partial<Waiting>} wish
 * @param {Attendant} [attendant]
 */
export function put(wish, attendant) {
  const key = newKey();
  const order = (entries().at(-1)?.order ?? 0) + 1;
  kept.write({ number: "", part: "", typed: [], ...wish, key, order, tries: 0, maybe: false, why: "", refused: "" });
  if (attendant) attendants.set(key, attendant);
  quiet.add(key);
  setTimeout(() => loud(key), hasLine() ? QUICK : 0);
  // A line that is thought lost is looked for: somebody needs it.
  if (!hasLine()) emit("connection-wanted");
  void pump();
}

/** It has taken long enough. @param {string} key */
function loud(key) {
  if (!quiet.delete(key) || !kept.find(key)) return;
  attendants.get(key)?.waits();
  tell();
}

/**
 * Take back what surely has not been sent, or put away what was refused.
 * @param {string} key
 * @returns {Waiting | null} null: too late
 */
export function cancel(key) {
  const entry = kept.find(key);
  if (!entry || (entry.maybe && !entry.refused)) {
    tell();
    return null;
  }
  erase(key);
  attendants.delete(key);
  tell();
  return entry;
}

/**
 * Once more, what was refused: another press, that has seen how things are now.
 * @param {string} key
 * @param {string | undefined} version
 */
export function pressAgain(key, version) {
  const entry = kept.find(key);
  if (!entry?.refused) return;
  erase(key);
  put({ ...entry, fields: version === undefined ? entry.fields : { ...entry.fields, version } });
  tell();
}

/** The line is back, or may be. */
export function wake() {
  failures = 0;
  // What was sent into a dead line is sent anew.
  if (performance.now() - begun > 2000) control?.abort();
  void pump();
}

async function pump() {
  clearTimeout(timer);
  if (running) return;
  running = true;
  let pause = -1;
  try {
    for (;;) {
      const entry = entries().find((one) => !one.refused);
      if (!entry || !hasLine()) break;
      pause = await attempt(entry);
      if (pause >= 0) break;
      failures = 0;
    }
  } finally {
    // A fault of ours stops this write, not all that are still to be pressed.
    running = false;
  }
  if (pause >= 0) timer = setTimeout(() => void pump(), pause);
}

/**
 * @param {Waiting} entry
 * @returns {Promise<number>} milliseconds until the next try; -1: it has been decided
 */
async function attempt(entry) {
  const { key, maybe } = entry;
  const without = cutOff();
  kept.write({ ...entry, maybe: true });
  if (isShown(entry) && !maybe) tell();
  control = new AbortController();
  begun = performance.now();
  const answer = await send(entry.url, { ...entry.fields, key }, { patience: PATIENCE, control });
  control = undefined;
  const attendant = attendants.get(key);
  // Another tab may have had the answer before.
  const now = kept.find(key) ?? entry;
  if (answer.ok && (typeof answer.body?.change === "number" || typeof answer.body?.pass === "number")) {
    carry(now, answer.body.version);
    erase(key);
    attendants.delete(key);
    if (attendant) attendant.done(answer);
    emit("pending-settled", { entry: now, answer, attended: Boolean(attendant) });
    tell();
    return -1;
  }
  if (!kept.find(key)) return -1;
  const tries = now.tries + 1;
  // Somebody else's "all is well" tells nothing of ours.
  const ours = answer.ours && !answer.ok;
  const later = !ours || !answer.message || answer.status === 503 || answer.status === 429 || (answer.status >= 500 && tries < 3);
  if (!later) {
    if (quiet.has(key)) {
      // Whoever pressed is still there: it is said where the press was.
      erase(key);
      attendants.delete(key);
      attendant?.done({ ...answer, ok: false });
    } else kept.write({ ...now, maybe: false, refused: answer.message });
    emit("pending-settled", { entry: now, answer, attended: Boolean(attendant) });
    tell();
    return -1;
  }
  // Our server says that it did not take it; or there was no line that it could have left by.
  const surelyNot = ours || (without && cutOff());
  kept.write({ ...now, tries, maybe: surelyNot ? maybe : true, why: ours ? answer.message : "" });
  if (tries > 1) loud(key);
  tell();
  failures += 1;
  const pause = PAUSES[Math.min(failures, PAUSES.length) - 1] * (0.8 + Math.random() * 0.4);
  return Math.max(pause, Math.min(answer.after, 60) * 1000);
}

/**
 * What was pressed next on the same thing meant it as this write has left it.
 * @param {Waiting} done
 * @param {number} version
 */
function carry(done, version) {
  for (const other of entries()) {
    if (other.about === done.about && other.order > done.order && Number(other.fields.version) < version) {
      kept.write({ ...other, fields: { ...other.fields, version: String(version) } });
    }
  }
}

/** Begin. Once a page. */
export function start() {
  onReconnectChance(wake);
  on("page-read", () => {
    reachedAt = performance.now();
    wake();
  });
  addEventListener("storage", (event) => {
    if (event.key === null || event.key.startsWith(PREFIX)) tell();
  });
  void pump();
}
