// Staff's writes that the server has not confirmed, with the texts that were typed; sent by `outbox/sender.js`. A later
// one may build upon an earlier one (put live, then answered), so they are sent in the order of the presses, and the
// first that waits holds up all that follow. Another tab of the same page may send one as well: it is the same key.

import { connectionState } from "../live/connection.js";
import { QUICK, end, hold, isHeld, release } from "../outbox/feedback.js";
import { newKey } from "../outbox/post.js";
import { sender } from "../outbox/sender.js";
import { emit, on } from "../page/events.js";

/**
 * @typedef {object} Press
 * @property {string} about   what it is done to: the id of a question's card, or "event"
 * @property {string} number  the question's, if it is one
 * @property {string} verb
 * @property {string} part    which of the question's forms
 * @property {string} what    the words on what was pressed
 * @property {string} said    the sentence when it is done
 * @property {{name: string, value: string}[]} typed  by the ids of their fields
 *
 * @typedef {import("../outbox/sender.js").Write & Press} PendingWrite
 */

/**
 * @typedef {object} Attendant  whoever pressed, as long as the page lives
 * @property {() => void} waits  it takes longer: it is shown as waiting from now on
 * @property {(answer: import("../outbox/post.js").Answer) => void} done  done, or refused before it was shown as waiting
 */

/** @type {Map<string, Attendant>} */
const attendants = new Map();

let reachedAt = -Infinity;

/** A server on this machine is reached without any network. */
const isLoopback = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
const cutOff = () => !navigator.onLine && !isLoopback;

/** Whether an attempt is worth it. What was not tried has surely not arrived, and can be taken back. */
const hasConnection = () => connectionState() === "online" || performance.now() - reachedAt < 3000 || (connectionState() !== "offline" && !cutOff());

/** @type {import("../outbox/sender.js").Policy<PendingWrite>} */
const policy = {
  prefix: `exchange.waiting ${location.pathname} `,
  patience: 6000,
  stale: 2000,
  lease: 0,
  pauses: [400, 1500, 3000, 5000, 8000],
  tolerance: 1,
  longest: 60,
  lane: () => "",
  supersedes: () => false,
  mayTry: hasConnection,
  cutOff,
  confirms: ({ change, pass }) => typeof change === "number" || typeof pass === "number",
  // A broken server may recover, but what it refuses three times holds up all that follows.
  isFinal: ({ status }, tries) => status !== 429 && status !== 503 && (status < 500 || tries >= 3),
  tell,
};

const pending = sender(policy);

export const { entries, isStored, wake } = pending;

/** Whether it is shown as waiting. @param {PendingWrite} write */
export const isShown = ({ key }) => !isHeld(key);

/**
 * @param {import("../outbox/sender.js").Kind} kind
 * @param {PendingWrite} write
 * @param {import("../outbox/post.js").Answer} [answer]
 */
function tell(kind, write, answer) {
  const { key } = write;
  const attendant = attendants.get(key);
  const attended = Boolean(attendant);
  if (kind === "arrived" && answer) {
    carryVersion(write, answer.body.version);
    attendants.delete(key);
    end(key);
    attendant?.done(answer);
    emit("pending-settled", { entry: write, answer, attended });
  } else if (kind === "refused" && answer) {
    // Whoever pressed is still there: it is said where the press was.
    end(key, () => {
      pending.discard(key);
      attendant?.done(answer);
    });
    emit("pending-settled", { entry: write, answer, attended });
  } else if (kind === "gone") {
    attendants.delete(key);
    end(key);
  } else if (write.tries > 1) release(key);
  emit("pending-changed");
}

/**
 * The press that this one only repeats.
 * @param {string} url
 * @param {Record<string, string>} fields
 */
export function twinOf(url, fields) {
  const content = (/** @type {Record<string, string>} */ one) => JSON.stringify({ ...one, version: "", key: "" });
  return entries().find((write) => !write.refused && write.url === url && content(write.fields) === content(fields)) ?? null;
}

/**
 * Store it, and send it.
 * @param {Pick<PendingWrite, "url" | "fields" | "about" | "verb" | "what" | "said"> & Partial<PendingWrite>} wish
 * @param {Attendant} [attendant]
 */
export function put(wish, attendant) {
  const key = newKey();
  if (attendant) attendants.set(key, attendant);
  const waits = () => {
    attendants.get(key)?.waits();
    emit("pending-changed");
  };
  hold(key, waits, hasConnection() ? QUICK : 0);
  pending.put({ number: "", part: "", typed: [], ...wish, key, maybe: false });
  if (!hasConnection()) emit("connection-wanted");
}

/**
 * Take back what has surely not been sent, or close what was refused.
 * @param {string} key
 * @returns {PendingWrite | null} null: too late
 */
export function cancel(key) {
  const write = pending.find(key);
  if (!write || (write.maybe && !write.refused)) {
    emit("pending-changed");
    return null;
  }
  pending.discard(key);
  return write;
}

/**
 * Press again what was refused, having seen how things are now.
 * @param {string} key
 * @param {string | undefined} version
 */
export function pressAgain(key, version) {
  const write = pending.find(key);
  if (!write?.refused) return;
  pending.discard(key);
  put({ ...write, refused: null, fields: version === undefined ? write.fields : { ...write.fields, version } });
}

/**
 * What was pressed next on the same thing meant it as this write has left it.
 * @param {PendingWrite} done
 * @param {number} version
 */
function carryVersion(done, version) {
  for (const later of entries()) {
    if (later.about === done.about && later.order > done.order && Number(later.fields.version) < version) {
      pending.write({ ...later, fields: { ...later.fields, version: String(version) } });
    }
  }
}

/** Install the listeners; once a page. */
export function start() {
  on("page-read", () => {
    reachedAt = performance.now();
    wake();
  });
  addEventListener("storage", ({ key }) => { if (key === null) emit("pending-changed"); });
  pending.start();
}
