// The page's ear: watches its rooms, keeps count of their revisions, and reads the page again when it missed something.
//
// The socket is a hint, the page is the truth. For each room a push that is not newer than what we have is dropped; one
// that follows on what we have is applied; anything else, and the page reads itself again.

import { io } from "socket.io-client";
import { emit, on } from "../page/events.js";
import { lost, online, markFresh } from "./connection.js";
import { parsePage, place, reconcile } from "./placing.js";
import { whenPointerIsUp } from "./pointer.js";
import { showVotes } from "./vote-counts.js";

/** @typedef {{room: string, code: string, revision: number}} Watch */
/** @typedef {{room: string, html?: string, counts?: Record<string, number>, revision: number, previous: number}} Push */

/**
 * How often to ask whether we missed something; and within what time everybody comes in and reads again after something
 * that has reached all of them at once. Staff are few and do it at once; three hundred phones take their time.
 * @typedef {{every: number, spread: number, within: number}} Rhythm
 * @type {Rhythm}
 */
export const STAFF = { every: 10_000, spread: 0, within: 0 };
/** @type {Rhythm} */
export const ATTENDEES = { every: 60_000, spread: 0.2, within: 2500 };

/** How long an answer may take before the line counts as lost: with the pause before it, less than a quarter minute. */
const ANSWER_WITHIN = 4500;
/** Timers that come this much too late, or a page out of sight for so long: it has slept. */
const SLEPT = 4000;
/** The server gives up a line that is silent for longer. */
const GIVEN_UP = 14_000;

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
/** @type {ReturnType<typeof setTimeout> | undefined} */
let retry;
let failures = 0;
let hiddenSince = 0;
let tickedAt = Date.now();
let awokeAt = -Infinity;
/** Ends the reading that is under way. @type {AbortController | undefined} */
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

/** Whether this page hears a room. @param {string} room */
export const watches = (room) => rooms.has(room);

/** @param {Watch[]} watch */
function takeOver(watch) {
  for (const [name] of rooms) if (!watch.some((one) => one.room === name)) rooms.delete(name);
  for (const one of watch) rooms.set(one.room, { ...one });
}

/**
 * Begin to listen. Once a page; a page without rooms stays silent.
 * @param {Rhythm} [how] STAFF or ATTENDEES
 */
export function start(how = STAFF) {
  rhythm = how;
  takeOver(watchOf(document) ?? []);
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
    // Sent away on purpose (a pass was withdrawn, the server restarts): socket.io does not come back by itself then.
    if (reason === "io server disconnect") setTimeout(() => socket?.connect(), 500 + Math.random() * (1000 + rhythm.within));
  });
  socket.on("fragment", hear);
  lost();
  slowly();

  addEventListener("online", () => {
    if (socket && !socket.connected) socket.connect();
    else watchAll();
    catchUp();
  });
  // Somebody wants to write while the line is thought lost: is it?
  on("connection-wanted", () => void readAgain());
  addEventListener("pageshow", (event) => { if (event.persisted) awake(Infinity); });
  document.addEventListener("resume", () => awake(Infinity));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") hiddenSince = Date.now();
    else if (hiddenSince && Date.now() - hiddenSince > SLEPT) awake(Date.now() - hiddenSince);
  });
  setInterval(() => {
    // Wall clock: while a laptop sleeps, the other one may stand still. In a hidden page timers are late by habit.
    const late = Date.now() - tickedAt - 1000;
    tickedAt = Date.now();
    if (late > SLEPT && document.visibilityState === "visible") awake(late);
  }, 1000);
}

/**
 * The page has slept, or nobody has looked at it: it is right again before anybody reads it.
 * @param {number} slept milliseconds
 */
function awake(slept) {
  // Several signs may tell of one waking.
  if (performance.now() - awokeAt < 500) return;
  awokeAt = performance.now();
  // What was asked for before may hang in a line that is no more.
  control?.abort();
  void readNow();
  if (!socket?.connected || slept > GIVEN_UP) comeInAgain();
  else watchAll();
}

/** The slow check, for as long as the page is open. */
function slowly() {
  const pause = rhythm.every * (1 + rhythm.spread * (2 * Math.random() - 1));
  setTimeout(() => {
    if (socket?.connected) watchAll();
    else if (document.visibilityState === "visible") void readAgain();
    slowly();
  }, pause);
}

/** Ask for every room: joins it, and tells whether we are up to date. */
function watchAll() {
  const asked = socket?.id;
  for (const { room, code } of rooms.values()) {
    socket?.timeout(ANSWER_WITHIN).emit("watch", { room, code }, (/** @type {Error | null} */ failed, /** @type {{ok: boolean, revision: number, error?: string}} */ ack) => {
      if (failed) {
        // On a line that has been left: that it stays silent says nothing of the one that we have.
        if (socket?.id !== asked) return;
        // Half open: our end believes in a line that leads nowhere.
        lost();
        comeInAgain();
        void readAgain();
        return;
      }
      if (!ack?.ok) {
        // Not allowed here any more, say: the page itself will tell.
        void readAgain();
        return;
      }
      online();
      const known = rooms.get(room);
      if (known && ack.revision !== known.revision) catchUp();
    });
  }
}

/** @param {Push} push */
function hear(push) {
  online();
  if (reading) held.push(push);
  else whenPointerIsUp(() => apply(push));
}

/** @param {Push} push */
function apply(push) {
  const known = rooms.get(push.room);
  if (!known || push.revision <= known.revision) return;
  if (push.previous > known.revision) {
    catchUp();
    return;
  }
  known.revision = push.revision;
  if (push.html) place(push.html);
  for (const [id, votes] of Object.entries(push.counts ?? {})) showVotes(id, votes);
}

/** We missed something, and maybe all the others did as well. */
function catchUp() {
  if (!rhythm.within) void readAgain();
  else catchingUp ??= setTimeout(() => void readAgain(), Math.random() * rhythm.within);
}

/** Read the page anew, at once: not after, but in place of one that is under way. */
async function readNow() {
  while (reading) {
    control?.abort();
    await reading;
  }
  return readAgain();
}

/**
 * Read the page anew and make the live regions what it says. Several calls become one or two readings.
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
    // A fault of ours must not stop the readings to come; it is seen where developers look.
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
      // A little later and not all at once: what caused this reading may have reached three hundred phones.
      retry = setTimeout(() => void readAgain(), 300 + Math.random() * (200 + rhythm.within));
    } else if (!done && document.visibilityState === "visible") {
      retry = setTimeout(() => void readAgain(), Math.min(2000 * 2 ** failures, 30_000) * (0.75 + Math.random() / 2));
    }
    return done;
  });
  return reading;
}

/** The page as the server has it now; null when something else answered, or nothing. */
async function fetchPage() {
  const mine = new AbortController();
  control = mine;
  const limit = setTimeout(() => mine.abort(), 15_000);
  try {
    const response = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-cache", signal: mine.signal });
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
  const page = parsePage(answer.html);
  const watch = watchOf(page);
  // A captive portal has pages, too; ours say what they watch.
  if (!watch) return false;
  if (answer.status === 403 || answer.status === 404) {
    // Not for this browser any more (a withdrawn pass): the server's own page says it best.
    location.reload();
    return true;
  }
  if (answer.status !== 200) return false;
  await new Promise((done) => whenPointerIsUp(() => done(undefined)));
  reconcile(page);
  const known = new Set(rooms.keys());
  takeOver(watch);
  // A room of my own, since my first write: let in again, with the cookie that came with it.
  if (socket && watch.some((one) => !known.has(one.room))) comeInAgain();
  markFresh();
  emit("page-read");
  return true;
}

function comeInAgain() {
  socket?.disconnect();
  socket?.connect();
}
