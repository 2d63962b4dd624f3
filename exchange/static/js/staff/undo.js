// Undo of what was done in this tab: in the trace that a question leaves where it was, and by one button that stays for the
// latest change. The list survives a reload, not the closing of the tab.

import { connectionState } from "../live/connection.js";
import { readAgain } from "../live/updates.js";
import { say, toast } from "../page/announce.js";
import { $$, byId, onSubmit } from "../page/dom.js";
import { emit, on } from "../page/events.js";
import { takeBack } from "./pending-notices.js";
import { entries, isShown, put, twinOf, wake } from "./pending-writes.js";
import { words } from "./words.js";

/** @typedef {{change: number, sentence: string, question: string}} Done */

const KEPT = 20;
const name = `exchange.done ${location.pathname}`;

/** @returns {Done[]} */
function recall() {
  try { return JSON.parse(sessionStorage.getItem(name) ?? "[]"); } catch { return []; }
}

/** @type {Done[]} */
let done = recall();
/** The changes that are being undone. @type {Set<number>} */
const underWay = new Set();
/** The key of the press that is to be undone as soon as it is confirmed. */
let next = "";

const form = () => byId("undo", HTMLFormElement);

function show() {
  try { sessionStorage.setItem(name, JSON.stringify(done)); } catch { /* then until the next reload */ }
  const place = form();
  if (!place) return;
  const latest = done.at(-1);
  place.hidden = !latest;
  const what = place.querySelector("[data-undo-what]");
  if (what) what.textContent = latest?.sentence ?? "";
}

/** @param {Done} one */
export function remember(one) {
  done = [...done, one].slice(-KEPT);
  show();
}

/** @param {number} change */
function forget(change) {
  done = done.filter((one) => one.change !== change);
  for (const trace of document.querySelectorAll(`.trace[data-change="${change}"]`)) trace.remove();
  show();
}

/** @param {number} change */
export function undo(change) {
  const place = form();
  if (!place || underWay.has(change)) return;
  const url = place.getAttribute("action") ?? "";
  const fields = { change: String(change) };
  if (twinOf(url, fields)) {
    wake();
    return;
  }
  underWay.add(change);
  const button = place.querySelector("button");
  button?.setAttribute("aria-busy", "true");
  const free = () => {
    underWay.delete(change);
    button?.removeAttribute("aria-busy");
  };
  const one = done.find((earlier) => earlier.change === change);
  put(
    { url, fields, about: one?.question || "event", verb: "undo", what: `${words("undo")}: ${one?.sentence ?? ""}`, said: words("undone") },
    {
      waits: free,
      done(answer) {
        free();
        if (!answer.ok) toast(answer.message, { seconds: 10 });
      },
    },
  );
}

/** @param {import("./pending-writes.js").PendingWrite} entry @param {import("../outbox/post.js").Answer} answer */
function settled(entry, answer) {
  // A refusal to undo is final; after a server error another try may succeed.
  if (answer.ok || answer.status < 500) forget(Number(entry.fields.change));
  if (!answer.ok) return;
  say(words("undone"));
  emit("change-undone", { question: entry.about === "event" ? "" : entry.about });
  if (connectionState() !== "online") void readAgain();
}

/** Undo the latest change made here, if there is one. */
export function undoLast() {
  const latest = done.at(-1);
  if (latest) undo(latest.change);
}

/**
 * Undo the latest press. Its push may be faster than its answer: a press that is still being sent is undone once it is
 * confirmed, never the change before it.
 */
export function undoPress() {
  const pressed = entries().filter((one) => !one.refused && one.verb !== "undo").at(-1);
  if (!pressed) undoLast();
  else if (isShown(pressed) && !pressed.maybe) takeBack(pressed.key);
  else next = pressed.key;
}

// ---- the trace ---------------------------------------------------------------------------------------------------

let touchedAt = 0;

/**
 * Leave a line where the question was, with what became of it and an undo. What follows does not move up under the finger.
 * @param {Element} home
 * @param {Element | null} next
 * @returns {HTMLElement}
 */
export function trace(home, next) {
  for (const earlier of $$(".trace")) fade(earlier);
  const element = document.createElement("div");
  element.className = "trace";
  element.setAttribute("data-kept", "");
  element.append(document.createElement("span"));
  const before = next?.parentElement === home ? next : home.querySelector(":scope > .empty");
  home.insertBefore(element, before);
  const wait = () => setTimeout(function look() {
    // Not while it is being read, nor just before a finger comes down near it.
    if (element.matches(":hover, :focus-within") || performance.now() - touchedAt < 1500) setTimeout(look, 1000);
    else fade(element);
  }, 12_000);
  wait();
  return element;
}

/**
 * @param {HTMLElement} element
 * @param {Done} one
 * @param {(() => void) | null} amend offers to add a sentence
 */
export function tell(element, one, amend) {
  element.dataset.change = String(one.change);
  const [sentence] = element.children;
  sentence.textContent = one.sentence;
  element.querySelectorAll("button").forEach((button) => button.remove());
  if (amend) element.append(press(words("amend"), amend));
  element.append(press(words("undo"), () => undo(one.change)));
}

/** @param {string} label @param {() => void} act */
function press(label, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button-plain";
  button.textContent = label;
  button.addEventListener("click", act);
  return button;
}

/** @param {HTMLElement} element */
function fade(element) {
  if (element.contains(document.activeElement)) return;
  element.classList.add("trace-going");
  setTimeout(() => element.remove(), matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 320);
}

/** Install the listeners; once a page. */
export function start() {
  show();
  on("pending-settled", ({ entry, answer }) => {
    if (entry.verb === "undo") settled(entry, answer);
    if (entry.key !== next) return;
    next = "";
    // After the other handlers of this event: they record the change.
    queueMicrotask(() => { if (answer.ok && done.at(-1)?.change === answer.body.change) undoLast(); });
  });
  addEventListener("pointermove", () => { touchedAt = performance.now(); }, { passive: true });
  addEventListener("pointerdown", () => { touchedAt = performance.now(); }, { capture: true, passive: true });
  onSubmit("#undo", undoLast);
}
