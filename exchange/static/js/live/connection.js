// The state of the connection, always visible and never alarming. The sentences are in the page (_line.html), for their
// language.

import { timeOfDay } from "../page/ages.js";
import { say } from "../page/announce.js";
import { emit, on } from "../page/events.js";
import { likelyTime } from "../page/server-time.js";

/** still: not yet known; waiting: no answer just now. @typedef {"still" | "waiting" | "online" | "offline"} ConnectionState */

/** @type {ConnectionState} */
let state = "still";
/** When this page was last known to be up to date. */
let freshAt = likelyTime();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let toldOffline = false;

/** How long a lost connection is called "waiting": most come back before anybody looks. */
const PATIENCE = 3000;

export const connectionState = () => state;

/** What is shown is up to date as of now. */
export function markFresh() {
  freshAt = likelyTime();
}

/** @param {string} key */
const words = (key) => (document.getElementById("line")?.dataset[key] ?? "").replace("{time}", timeOfDay(freshAt));

/** @param {ConnectionState} next */
function show(next) {
  state = next;
  const line = document.getElementById("line");
  if (line) {
    line.dataset.state = next;
    if (next !== "still") line.textContent = words(next);
  }
  emit("connection-changed", { state: next });
}

/** The server has answered. */
export function online() {
  clearTimeout(timer);
  timer = undefined;
  markFresh();
  if (state !== "online") show("online");
  if (toldOffline) say(words("sayOnline"));
  toldOffline = false;
}

/** No answer: show it quietly now, plainly if it lasts. */
export function lost() {
  if (timer || state === "offline") return;
  show("waiting");
  timer = setTimeout(() => {
    timer = undefined;
    show("offline");
    toldOffline = true;
    say(words("sayOffline"));
  }, PATIENCE);
}

/** When sending again may be worth it: the network is back, or somebody looks at the page. @param {() => void} call */
export function onReconnectChance(call) {
  for (const reason of ["online", "pageshow"]) addEventListener(reason, () => call());
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") call(); });
  on("connection-changed", ({ state: now }) => { if (now === "online") call(); });
}
