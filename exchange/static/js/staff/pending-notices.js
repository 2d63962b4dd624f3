// Notices about pending writes: what waits for the connection, and what was refused after it had waited, with the texts that
// were typed. Shown where it was pressed, or, if that cannot be seen, on a shelf at the top.

import { say } from "../page/announce.js";
import { $$, closest } from "../page/dom.js";
import { emit, on } from "../page/events.js";
import { cancel, entries, isStored, isShown, pressAgain, start as startSending } from "./pending-writes.js";
import { isSeen, words } from "./words.js";

/** @typedef {import("./pending-writes.js").PendingWrite} PendingWrite */

/** @param {PendingWrite} entry @returns {HTMLFormElement | null} the form that it was pressed in, if it is on the page */
export function formOf(entry) {
  const forms = $$("form[data-part], form[data-wait]", HTMLFormElement);
  const near = document.getElementById(entry.about);
  return forms.find((form) => (near ? near.contains(form) : true) && (form.dataset.part ?? "") === entry.part && (near || form.getAttribute("action") === entry.url)) ?? null;
}

/** @param {PendingWrite} entry @returns {{place: Element | null, before: Element | null, away: boolean}} */
function placeOf(entry) {
  const shelf = document.querySelector("[data-waits-shelf]");
  if (entry.verb === "undo") {
    const undo = document.getElementById("undo");
    if (undo?.parentElement) return { place: undo.parentElement, before: undo.parentElement.firstElementChild, away: true };
  }
  const body = document.getElementById(entry.about)?.querySelector(".question-body");
  if (body && isSeen(body)) return { place: body, before: null, away: false };
  const form = body ? null : formOf(entry);
  if (form?.parentElement && isSeen(form)) return { place: form.parentElement, before: form.nextElementSibling, away: false };
  return { place: shelf, before: null, away: true };
}

function show() {
  const shown = entries().filter(isShown);
  const marks = new Map($$("[data-waits-for]").map((mark) => [mark.dataset.waitsFor, mark]));
  for (const [key, mark] of marks) if (!shown.some((entry) => entry.key === key)) mark.remove();
  for (const entry of shown) {
    const { place, before, away } = placeOf(entry);
    if (!place) continue;
    const mark = marks.get(entry.key) ?? make(entry);
    fill(mark, entry, away);
    if (mark.parentElement !== place) place.insertBefore(mark, before?.hasAttribute("data-waits-for") ? null : before);
  }
}

/** @param {PendingWrite} entry */
function make(entry) {
  const mark = document.createElement("div");
  mark.className = "waits";
  mark.dataset.waitsFor = entry.key;
  mark.setAttribute("data-kept", "");
  return mark;
}

/**
 * @param {HTMLElement} mark
 * @param {PendingWrite} entry
 * @param {boolean} away  not shown in its question
 */
function fill(mark, entry, away) {
  const { maybe, message } = entry;
  const refused = entry.refused?.message ?? "";
  const as = JSON.stringify([maybe, refused, message, away, isStored(entry), entry.fields.version]);
  if (mark.dataset.as === as) return;
  const before = mark.dataset.state;
  const hadFocus = mark.contains(document.activeElement);
  mark.dataset.as = as;
  mark.dataset.state = refused ? "refused" : "waits";
  const what = words("quoted", { what: entry.what });
  const name = away && entry.number ? words("ofQuestion", { number: entry.number, what }) : what;
  const sentence = refused ? words("refusedLate", { what: name }) : words("waits", { what: name });
  const typed = entry.typed.map(({ value }) => value).join("\n");
  /** @type {HTMLElement[]} */
  const parts = [paragraph("waits-what", sentence)];
  const hint = refused || [message, maybe ? words("maybe") : "", isStored(entry) ? "" : words("keepOpen")].filter(Boolean).join(" ");
  if (hint) parts.push(paragraph(refused ? "waits-why" : "hint", hint));
  if (typed && refused) {
    const label = document.createElement("label");
    label.className = "hint waits-typed";
    label.textContent = words("yourText");
    const field = document.createElement("textarea");
    field.className = "input";
    field.dir = "auto";
    field.readOnly = true;
    field.value = typed;
    label.append(field);
    parts.push(label);
  } else if (typed) {
    const own = paragraph("waits-words", typed);
    own.dir = "auto";
    parts.push(own);
  }
  const buttons = document.createElement("div");
  buttons.className = "cluster";
  if (refused) {
    buttons.append(press("button-quiet", words("pressAgain"), () => {
      const card = document.getElementById(entry.about);
      pressAgain(entry.key, "version" in entry.fields ? card?.dataset.version ?? entry.fields.version : undefined);
    }), press("button-plain", words("close"), () => void cancel(entry.key)));
  } else if (!maybe) buttons.append(press("button-plain", words("dontSend"), () => takeBack(entry.key)));
  if (buttons.firstChild) parts.push(buttons);
  mark.replaceChildren(...parts);
  if (hadFocus) (mark.querySelector("button") ?? closest(mark, "[tabindex]"))?.focus({ preventScroll: true });
  if (before !== mark.dataset.state) say(refused ? `${sentence} ${refused}` : sentence);
}

/** @param {string} name @param {string} text */
function paragraph(name, text) {
  const element = document.createElement("p");
  element.className = name;
  element.textContent = text;
  return element;
}

/** @param {string} name @param {string} label @param {() => void} act */
function press(name, label, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = name;
  button.textContent = label;
  button.addEventListener("click", act);
  return button;
}

/** Do not send it, and put its texts back into their fields. @param {string} key */
export function takeBack(key) {
  const entry = cancel(key);
  if (!entry) return;
  emit("pending-cancelled", { entry });
  say(words("notSent"));
}

/** Install the listeners; once a page. */
export function start() {
  on("pending-changed", show);
  on("dom-updated", show);
  // A list was opened.
  document.addEventListener("toggle", show, true);
  startSending();
  show();
}
