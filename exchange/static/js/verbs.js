// What staff do to a question: each press is one write under a key of its own, with the version that was seen. It is
// done when the server says so; a refusal is said in words where the eye is, and nothing that was typed is lost.

import { fieldsOf, newKey, send } from "./post.js";
import { say, toast } from "./say.js";
import { lineState } from "./line.js";
import { readAgain } from "./live.js";
import { spareTheOthers } from "./guard.js";
import { closeAll, open } from "./panels.js";
import { remember, start as attendUndo, tell, trace, undo } from "./undo.js";
import { isSeen, words } from "./staff-words.js";

/**
 * @typedef {object} UnderWay  a press whose end is not known yet, or whose question has not moved yet
 * @property {HTMLElement} card
 * @property {Element | null} home   the list it stood in
 * @property {Element | null} next   what followed it there
 * @property {boolean} within        whether the focus was in it
 * @property {HTMLElement | null} trace
 * @property {import("./undo.js").Done | null} done
 * @property {(() => void) | null} amend
 */

/** @type {Set<UnderWay>} */
const underWay = new Set();
/** The key of a press that got no answer: pressed again with the same words, it is the same press. @type {WeakMap<HTMLFormElement, {as: string, key: string}>} */
const unanswered = new WeakMap();

const TEXTS = "textarea, input[type=text], input[type=number], input[type=date]";

/** @param {HTMLFormElement} form @param {HTMLElement | null} button */
const addressOf = (form, button) => button?.getAttribute("formaction") ?? form.getAttribute("action") ?? "";

/** @param {HTMLFormElement} form @param {string} url */
const verbOf = (form, url) => form.dataset.verb || url.slice(url.lastIndexOf("/") + 1);

/**
 * Send a verb's form.
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} [button] the one that was pressed
 * @param {Record<string, string>} [more] fields beside the form's
 * @returns {Promise<boolean>}
 */
export async function use(form, button = null, more = {}) {
  const card = /** @type {HTMLElement | null} */ (form.closest("[data-version]"));
  const busy = card ?? form;
  if (busy.hasAttribute("data-my-busy")) return false;
  spareTheOthers(card);
  const url = addressOf(form, button);
  const verb = verbOf(form, url);
  const fields = { ...fieldsOf(form, button), ...more };
  const as = JSON.stringify([url, fields]);
  const earlier = unanswered.get(form);
  const key = earlier?.as === as ? earlier.key : newKey();

  busy.setAttribute("data-my-busy", "");
  button?.setAttribute("aria-busy", "true");
  refuse(form, "");
  /** @type {UnderWay | null} */
  const press = card && { card, home: card.parentElement, next: card.nextElementSibling, within: card.contains(document.activeElement), trace: null, done: null, amend: null };
  if (press) underWay.add(press);
  const typed = handOver(form);
  const answer = await patiently(url, { ...fields, key });
  busy.removeAttribute("data-my-busy");
  button?.removeAttribute("aria-busy");

  if (answer.ok) {
    unanswered.delete(form);
    typed.taken();
    closeAll(card);
    finish(press, form, verb, fields, answer.body);
    if (lineState() !== "online") void readAgain();
    return true;
  }
  if (press) underWay.delete(press);
  if (!answer.ours) unanswered.set(form, { as, key });
  typed.giveBack();
  const sentence = answer.message || document.getElementById("main")?.dataset.lineDown || "";
  if (answer.status === 422 && form.isConnected && refuse(form, sentence)) return false;
  if (answer.ours) toast(sentence, { seconds: 10 });
  else toast(sentence, { label: words("again"), act: () => void use(form, button, more), seconds: 20 });
  // What I saw was not the latest.
  if (answer.ours) void readAgain();
  return false;
}

/**
 * A lost answer is asked for again under the same key: it is the same press, and gets the same answer.
 * @param {string} url
 * @param {Record<string, string>} fields
 */
async function patiently(url, fields) {
  for (const pause of [400, 1500]) {
    const answer = await send(url, fields, { patience: 6000 });
    if (answer.ours && answer.status !== 503) return answer;
    await new Promise((done) => setTimeout(done, Math.max(pause, answer.after * 200)));
  }
  return send(url, fields, { patience: 6000 });
}

/**
 * What is on its way counts as handed over: if news takes the form away meanwhile, nothing is left to be rescued.
 * @param {HTMLFormElement} form
 * @returns {{taken: () => void, giveBack: () => void}} what to do when it was, and when it was not
 */
function handOver(form) {
  const fields = /** @type {(HTMLInputElement | HTMLTextAreaElement)[]} */ ([...form.querySelectorAll(TEXTS)]).map((field) => ({ field, value: field.value, before: field.defaultValue }));
  const home = form.closest("[data-lists], [data-live]");
  for (const { field, value } of fields) field.defaultValue = value;
  return {
    taken() {
      // Unless news has brought what is stored now.
      for (const { field, value, before } of fields) if (field.defaultValue === value) field.defaultValue = before;
      form.reset();
    },
    giveBack() {
      const words = fields.filter(({ value, before }) => value.trim() && value !== before);
      if (form.isConnected) {
        for (const { field, value, before } of fields) {
          if (field.defaultValue === value) field.defaultValue = before;
          field.value = value;
        }
      } else if (words.length && home) rescue(home, words.map(({ value }) => value).join("\n"));
    },
  };
}

/**
 * Somebody else was quicker and the form has gone: the words stay, to be copied.
 * @param {Element} home
 * @param {string} text
 */
function rescue(home, text) {
  const box = document.createElement("div");
  box.className = "rescued";
  box.setAttribute("data-kept", "");
  const label = document.createElement("label");
  label.className = "hint";
  label.textContent = document.getElementById("main")?.dataset.rescued ?? "";
  const field = document.createElement("textarea");
  field.className = "input";
  field.readOnly = true;
  field.value = text;
  label.append(field);
  box.append(label);
  home.before(box);
}

/**
 * Say in the form what is wrong with it.
 * @param {HTMLFormElement} form
 * @param {string} sentence
 * @returns {boolean} whether it has a place for that
 */
function refuse(form, sentence) {
  const place = /** @type {HTMLElement | null} */ (form.querySelector("[data-error]"));
  if (!place) return false;
  place.textContent = sentence;
  const field = /** @type {HTMLElement | null} */ (form.querySelector(TEXTS));
  if (sentence) {
    field?.setAttribute("aria-invalid", "true");
    field?.focus();
  } else field?.removeAttribute("aria-invalid");
  return true;
}

/**
 * @param {UnderWay | null} press
 * @param {HTMLFormElement} form
 * @param {string} verb
 * @param {Record<string, string>} fields
 * @param {{version: number, change: number}} body
 */
function finish(press, form, verb, fields, body) {
  const number = press?.card.dataset.number ?? "";
  const sentence = form.dataset.said ?? words(verb, { number, head: fields.head_number ?? "", place: fields.position ?? "", stand: fields.stand ?? "" });
  const done = { change: body.change, sentence, question: press?.card.id ?? "" };
  // What was erased stays erased.
  const undoable = verb !== "redact";
  if (undoable) remember(done);
  if (!press) {
    offer(sentence, undoable ? body.change : null);
    return;
  }
  // The next press may come before the news does: it must not conflict with this one.
  for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (press.card.querySelectorAll("input[name=version]"))) {
    if (Number(field.value) < body.version) field.value = String(body.version);
  }
  press.done = undoable ? done : null;
  if (verb === "answer" && !fields.answer) press.amend = () => amend(press.card);
  if (left(press)) follow(press);
  setTimeout(() => {
    underWay.delete(press);
    if (press.trace) say(sentence);
    else offer(sentence, undoable ? body.change : null);
  }, press.trace ? 0 : 600);
}

let awayWithOffer = () => {};

/** One offer at a time: the way back from what came before it is the button that stays. @param {string} sentence @param {number | null} change */
function offer(sentence, change) {
  awayWithOffer();
  awayWithOffer = toast(sentence, change === null ? {} : { label: words("undo"), act: () => void undo(change), seconds: 8 });
}

/** Whether the question has left the list that it was pressed in. @param {UnderWay} press */
const left = (press) => press.home !== null && (press.card.parentElement !== press.home || !press.card.isConnected);

/** The question has gone: a trace stays, and whoever works by keyboard goes on with the next. @param {UnderWay} press */
function follow(press) {
  if (!press.home?.isConnected) return;
  if (!press.trace) {
    press.trace = trace(press.home, press.next);
    if (press.within) goOn(press);
  }
  if (press.done) tell(press.trace, press.done, press.amend);
}

/** @param {UnderWay} press */
function goOn(press) {
  const seen = (/** @type {Element | null | undefined} */ one) => one instanceof HTMLElement && one.isConnected && one.hasAttribute("data-version") && isSeen(one);
  let next = press.trace?.nextElementSibling;
  while (next && !seen(next)) next = next.nextElementSibling;
  let before = press.trace?.previousElementSibling;
  while (!next && before && !seen(before)) before = before.previousElementSibling;
  const target = /** @type {HTMLElement | null | undefined} */ (next ?? before ?? press.home?.closest("[data-zone]"));
  (target ?? document.getElementById("main"))?.focus({ preventScroll: !matchMedia("(hover: hover)").matches });
  if (target && matchMedia("(hover: hover)").matches) target.scrollIntoView({ block: "nearest" });
}

/** A sentence for an answer that was given by a press alone. @param {HTMLElement} card */
function amend(card) {
  const here = document.getElementById(card.id);
  const panel = /** @type {HTMLElement | null} */ (here?.querySelector(".verb-panel[id^=correcting]") ?? null);
  if (!here || !panel) return;
  const folded = here.closest("details");
  if (folded) folded.open = true;
  open(panel, /** @type {HTMLElement | null} */ (panel.querySelector("textarea")));
  here.scrollIntoView({ block: "center" });
}

/** Begin. Once a page. */
export function start() {
  attendUndo();
  document.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (!form.hasAttribute("data-verb")) return;
    event.preventDefault();
    void use(form, /** @type {HTMLElement | null} */ (/** @type {SubmitEvent} */ (event).submitter));
  });
  // Words that are finished: Ctrl + Enter sends them.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !(event.target instanceof HTMLTextAreaElement)) return;
    const form = event.target.form;
    if (!form?.hasAttribute("data-verb") && !form?.hasAttribute("data-ask")) return;
    event.preventDefault();
    form.requestSubmit(/** @type {HTMLElement | null} */ (form.querySelector("button[type=submit], button:not([type])")));
  });
  document.addEventListener("exchange:placed", () => {
    for (const press of underWay) if (left(press)) follow(press);
    // Somebody was quicker while words were being written: they are shown where they are now.
    const rescued = document.activeElement?.closest(".rescued:not([data-my-shown])");
    rescued?.setAttribute("data-my-shown", "");
    rescued?.scrollIntoView({ block: "center" });
  });
  document.addEventListener("exchange:undone", (event) => {
    awayWithOffer();
    const id = /** @type {CustomEvent} */ (event).detail.question;
    // Back to it, unless somebody is writing elsewhere; once its news has come.
    if (id && !document.activeElement?.matches("textarea, input, select")) setTimeout(() => comeBack(id), 150);
  });
}

/** @param {string} id */
function comeBack(id) {
  const card = document.getElementById(id);
  if (!card || !isSeen(card)) return;
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
}
