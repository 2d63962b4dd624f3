// The question form, of attendees and of staff who type in a spoken question. No text is lost: until it is sent it is a
// draft that survives a reload; then the outbox has it, and the field is free for the next question as soon as that one has
// arrived or is shown in the waiting list.

import { connectionState } from "../live/connection.js";
import { readAgain, watches } from "../live/updates.js";
import { isHeld } from "../outbox/feedback.js";
import { newKey } from "../outbox/post.js";
import { drafts } from "../outbox/storage.js";
import { timeOfDay } from "../page/ages.js";
import { say } from "../page/announce.js";
import { $, $$, byId, must } from "../page/dom.js";
import { emit, on } from "../page/events.js";
import { discard, entries, entryOf, follow, isUnderWay, put, start as startSending, wake } from "./outbox.js";

/** @typedef {import("./outbox.js").Entry} Entry */

/** How to put a text back into its form, by where the form posts to; false if it is in use. @type {Map<string, (entry: Entry, error?: string) => boolean>} */
const fields = new Map();

/** Whether this page has the form in which a question can be changed. @param {Entry} entry */
export const hasField = (entry) => !!$(`form[data-ask][action="${CSS.escape(entry.url)}"]`);

/**
 * Take a question out of the outbox and put it back into its form, unless another text is there.
 * @param {Entry} entry
 */
export const giveBack = (entry) => fields.get(entry.url)?.(entry) ?? false;

/** @param {HTMLFormElement} form */
function attend(form) {
  const url = form.getAttribute("action") ?? "";
  const draft = `exchange.draft ${url}`;
  /** The words that were sent last: the browser may offer them again, after Back or a reload. */
  const sent = `exchange.sent ${url}`;
  const text = must("[name=text]", HTMLTextAreaElement, form);
  const button = must("button[type=submit]", HTMLButtonElement, form);
  const state = must("[data-ask-state]", HTMLElement, form);
  const error = must("[data-error]", HTMLElement, form);
  /** Staff's form has this button and no waiting list: it keeps the question until it has arrived. */
  const change = $("[data-ask-change]", HTMLButtonElement, form);
  const words = form.dataset;
  const names = ["text", "facet", "name", "municipality", "stand"];
  /** Of the question that the form shows while it is being sent. */
  let key = "";

  const values = () => Object.fromEntries(names.flatMap((name) => {
    const field = form.elements.namedItem(name);
    return field && "value" in field ? [[name, String(field.value)]] : [];
  }));

  /** @param {Record<string, string>} given */
  function fill(given) {
    for (const name of names) {
      const field = form.elements.namedItem(name);
      if (!given[name] || !field || !("value" in field)) continue;
      field.value = given[name];
      // What is filled in must not be hidden.
      if (name !== "text") form.querySelector(`[name=${name}]`)?.closest("details")?.setAttribute("open", "");
    }
    grow();
  }

  function grow() {
    const left = text.maxLength - text.value.length;
    const counter = form.querySelector("[data-left]");
    if (counter instanceof HTMLElement) {
      counter.hidden = text.maxLength < 0 || left > 120;
      counter.textContent = (counter.dataset.left ?? "").replace("{n}", String(left));
    }
  }

  /** @param {string} kind @param {string} sentence @param {{aloud?: boolean}} [how] */
  function tell(kind, sentence, { aloud = true } = {}) {
    state.hidden = !sentence;
    state.dataset.kind = kind;
    (state.firstElementChild ?? state).textContent = sentence;
    if (aloud) say(sentence);
  }

  /** @param {boolean} on */
  function setBusy(on) {
    if (on) button.setAttribute("aria-busy", "true");
    else button.removeAttribute("aria-busy");
  }

  /** @param {boolean} on */
  function wait(on) {
    // Read-only, not disabled: it can still be read, selected and copied.
    text.readOnly = on;
    setBusy(on);
    if (change) change.hidden = true;
  }

  /** Words that have not been sent: a draft. @param {Record<string, string>} [given] */
  function keep(given = values()) {
    drafts.write(sent, null);
    drafts.write(draft, given.text || given.facet || given.name || given.municipality ? given : null);
  }

  /** Make the form free for the next question. */
  function clear() {
    key = "";
    wait(false);
    text.defaultValue = "";
    form.reset();
    const details = form.querySelector("details");
    if (details) details.open = false;
    grow();
    tell("quiet", "", { aloud: false });
  }

  /** @param {string} fresh */
  function track(fresh) {
    key = fresh;
    wait(true);
    refuse("");
    tell("quiet", words.sending ?? "");
    follow(key, {
      arrived,
      refused(entry) {
        // What the asker can correct stays in the field; what was refused for the time or the place goes to the list.
        if (!change && !isCorrectable(entry)) return clear();
        discard(entry.key);
        key = "";
        wait(false);
        tell("quiet", "", { aloud: false });
        keep();
        refuse(entry.refused?.message ?? "");
      },
      // Gone without a word: another page has seen it arrive while this one was frozen, or somebody has discarded it.
      left: () => { if (!change || entryOf(fresh)) clear(); else wait(false); key = ""; },
      waits: change ? waits : undefined,
    });
  }

  /** @param {Entry} entry */
  function waits(entry) {
    setBusy(isUnderWay(entry));
    if (!change || !entry.tries) return;
    change.hidden = false;
    tell("quiet", words.waiting ?? "", { aloud: entry.tries === 1 && !isUnderWay(entry) });
  }

  /** @param {Entry} entry */
  function arrived({ arrived: answer }) {
    clear();
    const { number, status } = answer?.body ?? {};
    const sentence = (status === "pending" ? words.sentPending : status === "owed" ? words.sentOwed : words.sent) ?? "";
    state.dataset.number = number;
    // As _told.html counts: behind the server's first word on this question, before its second.
    state.dataset.version = `${number}00003`;
    tell("done", sentence.replace("{number}", number).replace("{time}", timeOfDay(answer?.time)));
    emit("question-asked", { number, form });
  }

  /** @param {string} sentence @param {{focus?: boolean}} [how] */
  function refuse(sentence, { focus = true } = {}) {
    error.textContent = sentence;
    if (sentence) {
      text.setAttribute("aria-invalid", "true");
      if (focus) text.focus();
    } else text.removeAttribute("aria-invalid");
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    // Pressed again while it is being sent: retry at once, under the same key.
    if (key) return wake();
    if (!text.value.trim()) return refuse(words.empty ?? "");
    const fresh = newKey();
    track(fresh);
    put({ key: fresh, what: "ask", url, fields: values(), place: words.place });
    // Only now is it in the outbox (or, if storage is denied, in memory).
    drafts.write(draft, null);
    drafts.write(sent, text.value);
  });

  form.addEventListener("input", () => {
    grow();
    if (error.textContent) refuse("");
    if (change && state.dataset.kind === "done") tell("quiet", "", { aloud: false });
    keep();
  });

  change?.addEventListener("click", () => {
    // From here on it is another question, with another key.
    const now = values();
    discard(key);
    key = "";
    wait(false);
    tell("quiet", "", { aloud: false });
    keep(now);
    text.focus();
  });

  fields.set(url, (entry, sentence = "") => {
    if (!form.isConnected || key || text.value.trim()) return false;
    discard(entry.key);
    fill(entry.fields);
    keep();
    refuse(sentence, { focus: false });
    if (!sentence) text.focus();
    return true;
  });

  const waiting = entries().filter((entry) => entry.url === url && !entry.refused);
  const mine = change && waiting.find((entry) => !isHeld(entry.key));
  /** Whether these words are in the outbox, or have arrived. @param {string} words */
  const isSent = (words) => words === drafts.read(sent) || waiting.some(({ fields }) => fields.text === words)
    || $$("#mine .question-text").some(({ textContent }) => textContent === words.trim());
  const forget = () => { if (!key && isSent(text.value)) text.value = ""; };
  forget();
  // Browsers put words back before or after scripts have run.
  addEventListener("pageshow", forget);
  if (mine) {
    fill(mine.fields);
    track(mine.key);
  } else if (!text.value) {
    const begun = drafts.read(draft);
    if (begun && !isSent(begun.text)) {
      fill(begun);
      drafts.write(draft, begun);
    }
    // Refused in another tab: staff have no list that would show it.
    const refused = change && entries().find((entry) => entry.url === url && entry.refused);
    if (refused) fields.get(url)?.(refused, refused.refused?.message);
  }
  // The form was removed for a phase and is back with its text.
  if (text.value) dropRescued(text.value);
  grow();
}

/** Whether the asker can correct it: refused for its text, not for the time or the place. @param {Entry} entry */
const isCorrectable = (entry) => [400, 413, 422].includes(entry.refused?.status ?? 0);

/** Words that went with their field are elsewhere now: the box that was made of them may go. @param {string} words */
function dropRescued(words) {
  const box = $$(".rescued").find((one) => $("textarea", HTMLTextAreaElement, one)?.value.startsWith(words));
  if (box?.contains(document.activeElement)) $("#outbox [data-do=copy]")?.focus();
  box?.remove();
}

/** Asking has ended while somebody was writing: the words go to the waiting list, as if they had been sent and refused. */
function keepTooLate() {
  const closed = byId("closed");
  const { url = "", place, message = "" } = closed?.dataset ?? {};
  const draft = `exchange.draft ${url}`;
  const fields = drafts.read(draft);
  if (!fields?.text) return;
  // Both copies go, also if another tab has written this one.
  drafts.write(draft, fields);
  drafts.write(draft, null);
  put({ key: newKey(), what: "ask", url, fields, place, refused: { word: "closed", message, status: 403 } });
  dropRescued(fields.text);
}

/** @type {WeakSet<HTMLFormElement>} */
const attended = new WeakSet();

function attendAll() {
  for (const form of $$("form[data-ask]", HTMLFormElement)) {
    if (attended.has(form)) continue;
    attended.add(form);
    attend(form);
  }
  keepTooLate();
}

/** Install the listeners; once a page. A form may come later, when the phase allows asking. */
export function start() {
  attendAll();
  on("dom-updated", attendAll);
  on("outbox-changed", ({ kind, entry }) => {
    if (kind === "arrived" && entry.what !== "me-too") {
      // My first question comes with a reading, as does my own room; later ones are pushed. Staff have their room already.
      const told = entry.what === "ask" && (!byId("mine") || watches("mine"));
      const number = entry.arrived?.body.number;
      if (!told || connectionState() !== "online") void readAgain();
      setTimeout(() => {
        if (entry.what !== "ask" || !byId("mine") || $(`#mine > [data-order="${number}"]`)) return;
        // That push is lost; or the browser keeps no cookies, and the server says so to whoever has asked and is nobody.
        history.replaceState(null, "", `${location.search || "?"}&asked=${number}`);
        void readAgain();
      }, 3000);
    }
    // Refused after the form had let it go: back into the form, if that is free.
    if (kind === "refused" && !isHeld(entry.key) && isCorrectable(entry)) fields.get(entry.url)?.(entry, entry.refused?.message);
  });
  startSending();
}
