// Keeps the page up to date: watches its rooms over the socket, counts their revisions, and reads the page again over HTTP
// when it missed something.
//
// The socket is a hint, the page is the truth. Of a room, a push that is not newer than the known revision is dropped; one
// that follows on it is applied; after any other there is a gap, and the page reads itself again.

import { io } from "socket.io-client";
import { emit, on } from "../page/events.js";
import { askTime } from "../page/server-time.js";
import { lost, online, markFresh } from "./connection.js";
import { addressNow, parsePage, place, reconcile, showTotal } from "./placing.js";
import { whenPointerIsUp } from "./pointer.js";
import { showVotes } from "./vote-counts.js";

/** @typedef {{room: string, code: string, revision: number}} Watch */
/** @typedef {{room: string, html?: string, counts?: Record<string, number>, total?: number, revision: number, previous: number, whole?: boolean}} Push */

/**
 * How often to poll for missed pushes, with how much jitter (`spread`); and over what time (`within`) pages spread their
 * reconnecting and reading after something that has reached all of them at once. Staff are few and need not; three hundred
 * phones must.
 * @typedef {{every: number, spread: number, within: number}} Rhythm
 * @type {Rhythm}
 */
export const STAFF = { every: 10_000, spread: 0, within: 0 };
/** @type {Rhythm} */
export const ATTENDEES = { every: 60_000, spread: 0.2, within: 2500 };

/** How long an answer may take before the connection counts as lost: with the poll before it, less than 15 s for staff. */
const ANSWER_WITHIN = 4500;
/** A timer that is this late, or a page that was hidden for so long: it was suspended. */
const SUSPENDED = 4000;
/** The server closes a socket that is silent for longer. */
const SERVER_TIMEOUT = 14_000;

/** @type {Map<string, Watch>} */
const rooms = new Map();
/** @type {import("socket.io-client").Socket | undefined} */
let socket;
let rhythm = STAFF;
/** @type {Promise<boolean> | undefined} */
let reading;
let readAgainAfter = false;
/** @type {Push[]} */
let held = [];
/**
 * The tag of what a staff page shows. No browser stores such a page (no-store), so none asks by itself whether it has changed.
 * @type {string | undefined}
 */
let etag;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let retry;
let failures = 0;
let hiddenSince = 0;
let tickedAt = Date.now();
let resumedAt = -Infinity;
/** Aborts the reading that is under way. @type {AbortController | undefined} */
let control;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let catchingUp;

/** The rooms a page names in its <main>. @param {Document} page @returns {Watch[] | null} null: not one of our pages */
function watchOf(page) {
  const text = page.getElementById("main")?.dataset.watch;
  if (text === undefined) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Whether this page watches a room. @param {string} room */
export const watches = (room) => rooms.has(room);

/** @param {Watch[]} watch */
function setRooms(watch) {
  for (const [name] of rooms) if (!watch.some((one) => one.room === name)) rooms.delete(name);
  for (const one of watch) rooms.set(one.room, { ...one });
}

/**
 * Begin. Once a page; a page without rooms never connects.
 * @param {Rhythm} [how] STAFF or ATTENDEES
 */
export function start(how = STAFF) {
  rhythm = how;
  setRooms(watchOf(document) ?? []);
  etag = document.getElementById("main")?.dataset.etag;
  if (!rooms.size) return;
  socket = io({
    auth: { lang: document.documentElement.lang },
    transports: ["websocket", "polling"],
    tryAllTransports: true,
    reconnectionDelay: 500 + rhythm.within / 2,
    reconnectionDelayMax: 8000,
    randomizationFactor: rhythm.within ? 0.8 : 0.5,
    timeout: 8000,
  });
  socket.on("connect", () => { watchAll(); });
  socket.on("connect_error", lost);
  socket.on("disconnect", (reason) => {
    lost();
    // On purpose (a pass was revoked, the server restarts): socket.io does not reconnect by itself then.
    if (reason === "io server disconnect") setTimeout(() => socket?.connect(), 500 + Math.random() * (1000 + rhythm.within));
  });
  socket.on("fragment", receive);
  lost();
  poll();

  addEventListener("online", () => {
    if (socket && !socket.connected) socket.connect();
    else watchAll();
    catchUp();
  });
  // Somebody writes while the connection counts as lost: find out whether it is.
  on("connection-wanted", () => void readAgain());
  addEventListener("pageshow", (event) => { if (event.persisted) resumed(Infinity); });
  document.addEventListener("resume", () => resumed(Infinity));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") hiddenSince = Date.now();
    else if (hiddenSince && Date.now() - hiddenSince > SUSPENDED) resumed(Date.now() - hiddenSince);
  });
  setInterval(() => {
    // This device's own clock, for only what passes on it counts: while a laptop sleeps, performance.now() may stand still. In
    // hidden pages timers are always late.
    const late = Date.now() - tickedAt - 1000;
    tickedAt = Date.now();
    if (late > SUSPENDED && document.visibilityState === "visible") resumed(late);
  }, 1000);
}

/**
 * The page was suspended or hidden: it must be right again before anybody reads it.
 * @param {number} slept milliseconds
 */
function resumed(slept) {
  // One waking may fire several events.
  if (performance.now() - resumedAt < 500) return;
  resumedAt = performance.now();
  // A request from before may hang in a connection that no longer exists.
  control?.abort();
  void readNow();
  if (!socket?.connected || slept > SERVER_TIMEOUT) reconnect();
  else watchAll();
}

/** Poll, for as long as the page is open. */
function poll() {
  const pause = rhythm.every * (1 + rhythm.spread * (2 * Math.random() - 1));
  setTimeout(() => {
    if (socket?.connected) watchAll();
    else if (document.visibilityState === "visible") void readAgain();
    poll();
  }, pause);
}

/** Ask for every room: the server joins us, and answers with the room's revision. */
function watchAll() {
  const asked = socket?.id;
  for (const { room, code } of rooms.values()) {
    const tell = askTime();
    socket?.timeout(ANSWER_WITHIN).emit("watch", { room, code, now: 1 }, (/** @type {Error | null} */ failed, /** @type {{ok: boolean, revision: number, now: number, error?: string}} */ ack) => {
      if (failed) {
        // Asked on a socket that has been replaced: its silence says nothing of the present one.
        if (socket?.id !== asked) return;
        // Half-open: our end believes in a connection that leads nowhere.
        lost();
        reconnect();
        void readAgain();
        return;
      }
      if (!ack?.ok) {
        // No longer allowed here, say: the page itself tells.
        void readAgain();
        return;
      }
      tell(ack.now);
      online();
      const known = rooms.get(room);
      if (known && ack.revision !== known.revision) catchUp();
    });
  }
}

/** @param {Push} push */
function receive(push) {
  online();
  if (reading) held.push(push);
  else whenPointerIsUp(() => apply(push));
}

/** @param {Push} push */
function apply(push) {
  const known = rooms.get(push.room);
  // A whole picture may tell of what moves no counter.
  if (!known || push.revision < known.revision || (push.revision === known.revision && !push.whole)) return;
  if (push.previous > known.revision) {
    catchUp();
    return;
  }
  known.revision = push.revision;
  const missed = push.html && place(push.html);
  for (const [id, votes] of Object.entries(push.counts ?? {})) showVotes(id, votes);
  if (push.total !== undefined ? showTotal(push.total) : missed) catchUp();
}

/** We missed something, and so may all the others have. */
function catchUp() {
  if (!rhythm.within) void readAgain();
  else catchingUp ??= setTimeout(() => void readAgain(), Math.random() * rhythm.within);
}

/** Read the page at once, in place of a reading that is under way. */
async function readNow() {
  while (reading) {
    control?.abort();
    await reading;
  }
  return readAgain();
}

/**
 * Read the page again and reconcile its live regions. Calls during a reading become one more.
 * @returns {Promise<boolean>} whether the server answered
 */
export function readAgain() {
  if (reading) {
    readAgainAfter = true;
    return reading;
  }
  clearTimeout(retry);
  clearTimeout(catchingUp);
  catchingUp = undefined;
  reading = read().catch((error) => {
    // A bug here must not stop later readings.
    console.error(error);
    return false;
  }).then((done) => {
    reading = undefined;
    failures = done ? 0 : failures + 1;
    const pushes = held;
    held = [];
    pushes.forEach((push) => whenPointerIsUp(() => apply(push)));
    if (readAgainAfter) {
      readAgainAfter = false;
      // Spread: what caused this reading may have reached three hundred phones.
      retry = setTimeout(() => void readAgain(), 300 + Math.random() * (200 + rhythm.within));
    } else if (!done && document.visibilityState === "visible") {
      retry = setTimeout(() => void readAgain(), Math.min(2000 * 2 ** failures, 30_000) * (0.75 + Math.random() / 2));
    }
    return done;
  });
  return reading;
}

/** The page as the server has it now, without text when it is what we show; null when something else answered, or nothing. */
async function fetchPage() {
  const mine = new AbortController();
  control = mine;
  const limit = setTimeout(() => mine.abort(), 15_000);
  try {
    const headers = { Accept: "text/html", ...(etag && { "If-None-Match": `"${etag}"` }) };
    const response = await fetch(addressNow(), { headers, cache: etag ? "no-store" : "no-cache", signal: mine.signal });
    if (etag && response.status === 304) return { status: 304, html: "" };
    if (!(response.headers.get("Content-Type") ?? "").startsWith("text/html")) return null;
    return { status: response.status, html: await response.text() };
  } catch {
    return null;
  } finally {
    clearTimeout(limit);
    if (control === mine) control = undefined;
  }
}

/** @returns {Promise<boolean>} */
async function read() {
  const answer = await fetchPage();
  if (!answer) return false;
  if (answer.status === 304) {
    markFresh();
    emit("page-read");
    return true;
  }
  const page = parsePage(answer.html);
  const watch = watchOf(page);
  // A captive portal has pages, too; ours name their rooms.
  if (!watch) return false;
  if (answer.status === 403 || answer.status === 404) {
    // No longer for this browser (a revoked pass): show the server's own page.
    location.reload();
    return true;
  }
  if (answer.status !== 200) return false;
  await new Promise((done) => whenPointerIsUp(() => done(undefined)));
  reconcile(page);
  etag = page.getElementById("main")?.dataset.etag;
  const known = new Set(rooms.keys());
  setRooms(watch);
  // A room of my own, since my first write: reconnect with the cookie that came with it.
  if (socket && watch.some((one) => !known.has(one.room))) reconnect();
  markFresh();
  emit("page-read");
  return true;
}

function reconnect() {
  socket?.disconnect();
  socket?.connect();
}
