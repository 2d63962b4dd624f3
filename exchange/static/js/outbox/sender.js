// One sender for every write that must survive a bad connection. A write is stored before its first byte leaves, sent
// again under the same key until our server has confirmed it, and erased only then, or when the server has refused it.
// In what phones and staff differ is a policy: `phone/outbox.js` and `staff/pending-writes.js`.
//
// The steps of one attempt:
//   1. Store it as possibly arrived (`maybe`), with a lease where the policy has one.
//   2. Post it. Only an answer that the policy confirms counts; a captive portal says 200, too.
//   3. Confirmed: store it once more with its answer, for the other tabs, and erase it.
//   4. Refused for good: store the refusal; the policy shows it.
//   5. Otherwise it stays, and is sent again after a pause. `maybe` is what it was before if it surely did not arrive.
//
// The device's clock is not trusted: pauses are measured by `performance.now()`, and a lease compares two readings of
// the same clock.

import { onReconnectChance } from "../live/connection.js";
import { send } from "./post.js";
import { durableStore } from "./storage.js";

/** @typedef {import("./post.js").Answer} Answer */

/**
 * @typedef {object} Write
 * @property {string} key     a UUID: the same key is done once, however often it is sent
 * @property {string} url
 * @property {Record<string, string>} fields
 * @property {number} order   what was written down later has more
 * @property {number} tries   attempts that brought no decision
 * @property {boolean} maybe  it may have arrived without our knowing
 * @property {"" | "line" | "later"} why  line: nobody answered; later: the server asks for patience
 * @property {string} message the server's words when it asks for patience
 * @property {{word: string, message: string, status: number} | null} refused
 * @property {string} tab     which tab sends it just now, and
 * @property {number} until   for how long, by this device's clock
 * @property {{body: any, time: number} | null} arrived  only in passing, for the other tabs
 */

/** What became of a write; gone: discarded, or arrived according to another tab. @typedef {"changed" | "arrived" | "refused" | "gone"} Kind */

/**
 * @template {Write} T
 * @typedef {object} Policy
 * @property {string} prefix       of the items' names in localStorage
 * @property {number} patience     milliseconds that an answer is waited for
 * @property {number} stale        an attempt that is older is aborted and repeated when the connection may be back
 * @property {number} lease        milliseconds for which other tabs leave alone what this one sends; 0: they need not
 * @property {number[]} pauses     milliseconds after the first, second, ... round that ended without an answer
 * @property {number} tolerance    attempts without an answer that end a round. 1 keeps the order: the first that waits
 *                                 holds up all that follow. With more, one that cannot get through lets the others pass.
 * @property {number} longest      seconds of Retry-After that are heeded
 * @property {(write: T) => string} lane  a Retry-After holds for all writes of a lane
 * @property {(write: T, earlier: T) => boolean} supersedes  whether the earlier one is not to be sent any more
 * @property {() => boolean} mayTry  whether there is a connection that is worth an attempt
 * @property {() => boolean} cutOff  whether this device surely has no network
 * @property {(body: any, write: T) => boolean} confirms  whether this JSON says that this write was done
 * @property {(answer: Answer, tries: number) => boolean} isFinal  whether a refusal of our server will not change by waiting
 * @property {(kind: Kind, write: T, answer?: Answer) => void} tell  `answer` only in the tab that sent it
 */

/** This tab's name; the same after a reload, so that it knows its own lease. */
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

/**
 * @template {Write} T
 * @param {Policy<T>} policy
 */
export function sender(policy) {
  /** @type {ReturnType<typeof durableStore<T>>} */
  const store = durableStore(policy.prefix);
  /** @type {Set<string>} */
  const underWay = new Set();
  /** Until when the server has asked a lane for patience. @type {Map<string, number>} */
  const paused = new Map();

  let running = false;
  let again = false;
  let failures = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let due = 0;
  /** Ends the attempt that is under way. @type {AbortController | undefined} */
  let control;
  let begun = 0;

  /** All that wait or were refused, the oldest first. */
  const entries = () => store.all().filter((write) => !write.arrived);

  /** One that is `refused` already is only kept. @param {Omit<T, keyof Write> & Pick<T, "key" | "url" | "fields"> & Partial<T>} wish */
  function put(wish) {
    const others = entries();
    const order = (others.at(-1)?.order ?? 0) + 1;
    const write = /** @type {T} */ (/** @type {unknown} */ ({ maybe: false, refused: null, ...wish, order, tries: 0, why: "", message: "", tab: "", until: 0, arrived: null }));
    store.write(write);
    for (const earlier of others) if (policy.supersedes(write, earlier)) discard(earlier.key);
    policy.tell("changed", write);
    void flush();
  }

  /** Erase it unsent. @param {string} key */
  function discard(key) {
    const write = store.find(key);
    store.erase(key);
    if (write) policy.tell("gone", write);
  }

  /** The connection may be back, or somebody is looking. */
  function wake() {
    failures = 0;
    if (performance.now() - begun > policy.stale) control?.abort();
    void flush();
  }

  /** Look again after so many milliseconds, if not before. @param {number} pause */
  function plan(pause) {
    const then = performance.now() + pause;
    if (timer && due <= then) return;
    clearTimeout(timer);
    due = then;
    timer = setTimeout(() => {
      // Even if it rings during a flush: a later plan must not believe that it is still to come.
      timer = undefined;
      void flush();
    }, pause);
  }

  /** How much longer another tab has the sending of it. @param {T} write */
  function leased(write) {
    const left = write.until - Date.now();
    // A lease longer than a lease was written before the clock was set.
    return write.tab !== tab && left > 0 && left <= policy.lease ? left : 0;
  }

  /** How long a write is to be left alone. @param {T} write */
  const pauseOf = (write) => Math.max(leased(write), (paused.get(policy.lane(write)) ?? 0) - performance.now());

  /** Send what waits, the oldest first. */
  async function flush() {
    again = running;
    if (running) return;
    running = true;
    try {
      do {
        again = false;
        clearTimeout(timer);
        timer = undefined;
        await round();
      } while (again && !failures);
    } finally {
      running = false;
    }
  }

  async function round() {
    let unanswered = 0;
    for (const { key } of entries()) {
      if (!policy.mayTry()) break;
      const write = store.find(key);
      if (!write || write.refused) continue;
      const why = unanswered === policy.tolerance ? "line" : pauseOf(write) > 0 && !leased(write) ? "later" : "";
      if (why && !write.why) {
        const told = { ...write, why };
        store.write(told);
        policy.tell("changed", told);
      }
      if (pauseOf(write) <= 0 && unanswered < policy.tolerance && !(await attempt(write))) unanswered += 1;
      const left = store.find(key);
      if (left && !left.refused && pauseOf(left) > 0) plan(pauseOf(left) + Math.random() * 1000);
    }
    if (unanswered) {
      const pause = policy.pauses[Math.min(failures, policy.pauses.length - 1)];
      failures += 1;
      plan(pause * (0.75 + Math.random() / 2));
    } else failures = 0;
  }

  /** @param {T} write @returns {Promise<boolean>} whether our server answered, with a decision or with a time to wait */
  async function attempt(write) {
    const { key, maybe } = write;
    const cutOff = policy.cutOff();
    store.write({ ...write, maybe: true, tab, until: Date.now() + policy.lease });
    underWay.add(key);
    policy.tell("changed", write);
    control = new AbortController();
    begun = performance.now();
    const answer = await send(write.url, { ...write.fields, key }, { confirms: (body) => policy.confirms(body, write), patience: policy.patience, control });
    control = undefined;
    underWay.delete(key);
    const now = store.find(key);
    if (answer.ok) {
      const done = { ...(now ?? write), arrived: { body: answer.body, time: answer.time } };
      // Other tabs hear how it went before they hear that it is gone.
      if (store.isStored(write)) store.write(done);
      store.erase(key);
      policy.tell("arrived", done, answer);
      return true;
    }
    // Discarded meanwhile, or answered in another tab.
    if (!now) return answer.ours;
    const tries = now.tries + 1;
    const refused = answer.ours && answer.message && policy.isFinal(answer, tries) ? { word: answer.error, message: answer.message, status: answer.status } : null;
    if (answer.after) paused.set(policy.lane(write), performance.now() + Math.min(answer.after, policy.longest) * 1000);
    /** @type {T} */
    const left = {
      ...now,
      // Our server says that it did not take it; or there was no network that it could have left by.
      maybe: answer.ours || (cutOff && policy.cutOff()) ? maybe : true,
      refused,
      tries,
      why: answer.ours ? "later" : "line",
      message: answer.ours ? answer.message : "",
      tab: "",
      until: 0,
    };
    store.write(left);
    policy.tell(refused ? "refused" : "changed", left, answer);
    return Boolean(refused) || answer.after > 0;
  }

  /** Install the listeners; once a page. */
  function start() {
    onReconnectChance(wake);
    addEventListener("storage", (event) => {
      if (!event.key?.startsWith(policy.prefix)) return;
      // Another tab wrote down, sent, changed or discarded something.
      const write = store.parse(event.newValue) ?? store.parse(event.oldValue);
      if (!write) return;
      if (event.newValue === null) policy.tell("gone", write);
      else policy.tell(write.arrived ? "arrived" : write.refused ? "refused" : "changed", write);
      // That tab sends it. Should it be closed, or fall asleep, this one does.
      if (policy.lease) plan(policy.lease);
    });
    addEventListener("pagehide", () => {
      // Give up the leases: whoever comes next need not wait for them.
      for (const key of underWay) {
        const write = store.find(key);
        if (write) store.write({ ...write, until: 0 });
      }
    });
    void flush();
  }

  return {
    entries,
    put,
    discard,
    wake,
    start,
    /** As it is now: another tab may have changed it. */
    find: store.find,
    isStored: store.isStored,
    /** @param {T} write */
    isUnderWay: (write) => underWay.has(write.key),
    /** Change what waits. */
    write: store.write,
  };
}
