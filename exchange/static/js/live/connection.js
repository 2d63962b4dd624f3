// The state of the line, always visible and never alarming. The words are in the page (_line.html), for their language.

import { timeOfDay } from "../page/ages.js";
import { say } from "../page/announce.js";
import { emit, on } from "../page/events.js";

/** @typedef {"waiting" | "online" | "offline"} ConnectionState */

/** @type {ConnectionState | "still"} */
let state = "still";
/** When this page was last known to be true. */
let freshAt = new Date();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let said = false;

/** Patience before a lost line is called lost: most come back before anybody looks. */
const PATIENCE = 3000;

export const connectionState = () => state;

/** What is shown is true as of now. */
export function markFresh() {
  freshAt = new Date();
}

/** @param {string} key */
const words = (key) => (document.getElementById("line")?.dataset[key] ?? "").replace("{time}", timeOfDay(freshAt));

/** @param {ConnectionState | "still"} next */
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
  if (said) say(words("sayOnline"));
  said = false;
}

/** Something is amiss: say so quietly now, plainly if it lasts. */
export function lost() {
  if (timer || state === "offline") return;
  if (state === "online") show("waiting");
  else if (state === "still") show("waiting");
  timer = setTimeout(() => {
    timer = undefined;
    show("offline");
    said = true;
    say(words("sayOffline"));
  }, PATIENCE);
}

/** What waits may hope again: there may be a way out, or somebody looks. @param {() => void} call */
export function onReconnectChance(call) {
  for (const reason of ["online", "pageshow"]) addEventListener(reason, () => call());
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") call(); });
  on("connection-changed", ({ state: now }) => { if (now === "online") call(); });
}
