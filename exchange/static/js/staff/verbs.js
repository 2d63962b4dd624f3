// Staff's verbs on a question. Each press is one POST with its own idempotency key and the version that the page showed.
// Without an answer it becomes a pending write (pending-writes.js); a refusal is shown beside the button, and the text stays
// in its field.

import { connectionState } from "../live/connection.js";
import { readAgain } from "../live/updates.js";
import { fieldsOf } from "../outbox/post.js";
import { say, toast } from "../page/announce.js";
import { $, $$, byId, closest, must, onSubmit } from "../page/dom.js";
import { on } from "../page/events.js";
import { rescue } from "../page/rescue.js";
import { giveBack as giveBackTyped, start as keepDrafts } from "./drafts.js";
import { choose, goTo } from "./chosen.js";
import { closeAll, open } from "./panels.js";
import { start as showWaits } from "./pending-notices.js";
import { entries, put, twinOf, wake } from "./pending-writes.js";
import { remember, start as attendUndo, tell, trace, undo } from "./undo.js";
import { isSeen, labelOf, words } from "./words.js";

/**
 * @typedef {object} UnderWay  a press without an answer, or whose question has not been moved by its fragment yet
 * @property {HTMLElement} card
 * @property {Element | null} home   the list it stood in
 * @property {Element | null} next   what followed it there
 * @property {boolean} within        whether the focus was in it
 * @property {string} verb
 * @property {HTMLElement | null} trace
 * @property {import("./undo.js").Done | null} done
 * @property {(() => void) | null} amend
 */

/** @type {Set<UnderWay>} */
const underWay = new Set();

/** The request under way, by card or by form. @type {WeakMap<Element, Promise<boolean>>} */
const pressed = new WeakMap();

const TEXTS = "textarea, input[type=text], input[type=number], input[type=date]";

/** @param {HTMLFormElement} form @param {HTMLElement | null} button */
const addressOf = (form, button) => button?.getAttribute("formaction") ?? form.getAttribute("action") ?? "";

/** @param {HTMLFormElement} form @param {string} url */
const verbOf = (form, url) => form.dataset.verb || url.slice(url.lastIndexOf("/") + 1);

/**
 * Send a verb for a question from a script (a key, dragging) instead of its button.
 * @param {HTMLElement} card
 * @param {string} verb
 * @param {Record<string, string>} fields
 */
export function useOn(card, verb, fields) {
  const press = $("button[formaction]", HTMLButtonElement, card);
  if (!press) return Promise.resolve(false);
  const version = press.value;
  return use(must("#act", HTMLFormElement), null, { version, ...fields }, card, press.formAction.replace(/[^/]+$/, verb));
}

/**
 * Send a verb's form.
 * @param {HTMLFormElement} form the verb's form, or the page's shared one (#act)
 * @param {HTMLElement | null} [button] the one that was pressed
 * @param {Record<string, string>} [more] fields beside the form's
 * @param {HTMLElement | null} [card] the question's element
 * @param {string} [address]
 * @returns {Promise<boolean>} whether it was done; false also when it waits
 */
export async function use(form, button = null, more = {}, card = closest(button ?? form, "[data-version]"), address = addressOf(form, button)) {
  const busy = card ?? form;
  const url = new URL(address, location.href).pathname;
  const verb = verbOf(form, url);
  const fields = { ...fieldsOf(form, button), ...more };
  if (twinOf(url, fields)) {
    // Already a pending write: a second click repeats the same key.
    wake();
    return false;
  }
  if (busy.hasAttribute("data-my-busy")) {
    // The fragment may arrive before the response: queue the next press behind this one.
    await pressed.get(busy);
    return form.isConnected ? use(form, button, more, card, address) : false;
  }
  const number = card?.dataset.number ?? "";
  const place = fields.position ?? "";
  const said = form.dataset.said ?? words(verb, { number, head: fields.head_number ?? "", place, stand: fields.stand ?? "" });
  const what = place ? words("toPlace", { place }) : labelOf(button ?? form.querySelector("button"));

  busy.setAttribute("data-my-busy", "");
  button?.setAttribute("aria-busy", "true");
  refuse(form, "");
  /** @type {UnderWay | null} */
  const press = card && { card, home: card.parentElement, next: card.nextElementSibling, within: isIn(card), verb, trace: null, done: null, amend: null };
  if (press) underWay.add(press);
  const typed = handOver(form);
  const free = () => {
    busy.removeAttribute("data-my-busy");
    button?.removeAttribute("aria-busy");
  };
  const done = new Promise((settle) => put(
    { url, fields, about: card?.id ?? "event", number, verb, part: form.dataset.part ?? "", what, said, typed: typed.words },
    {
      waits() {
        // The text is stored with the pending write; the form can be used again.
        free();
        typed.taken();
        closeAll(card);
        // The field that had the focus is gone with its panel.
        if (press?.within && document.activeElement === document.body) press.card.focus({ preventScroll: true });
        settle(false);
      },
      done(answer) {
        if (answer.ok) {
          const waited = !busy.hasAttribute("data-my-busy");
          free();
          if (!waited) {
            typed.taken();
            closeAll(card);
            // A question that stays, moved by its panel say, keeps the focus.
            if (press?.within && document.activeElement === document.body) press.card.focus({ preventScroll: true });
          } else if (press?.card.isConnected && !left(press)) {
            // It may have been moved by others while it waited.
            Object.assign(press, { home: card?.parentElement, next: card?.nextElementSibling, within: isIn(press.card) });
            underWay.add(press);
          }
          finish(press?.card.isConnected || !waited ? press : null, url, fields, said, answer.body);
          if (waited || connectionState() !== "online") void readAgain();
          settle(true);
          return;
        }
        free();
        if (press) underWay.delete(press);
        typed.giveBack();
        if (answer.status !== 422 || !form.isConnected || !refuse(form, answer.message)) {
          toast(answer.message, { seconds: 10 });
          // Version conflict: show the current question.
          void readAgain();
        }
        settle(false);
      },
    },
  ));
  pressed.set(busy, done);
  return done;
}

/** Whether the focus is in a question, or would be if the browser focused buttons that are clicked. @param {HTMLElement} card */
const isIn = (card) => card.contains(document.activeElement) || (card.hasAttribute("data-my-current") && document.activeElement === document.body);

/** Resolves when what was pressed for a question has been answered and its fragment has come, or when it waits. @param {HTMLElement} card */
export async function landed(card) {
  for (let tries = 0; tries < 60 && card.isConnected; tries += 1) {
    const known = Number($("button[name=version]", HTMLButtonElement, card)?.value ?? 0);
    if (!card.hasAttribute("data-my-busy") && Number(card.dataset.version) >= known) return;
    await new Promise((done) => setTimeout(done, 25));
  }
}

/**
 * Mark the form's text as sent, so that a fragment that removes the form meanwhile need not save it as a draft.
 * @param {HTMLFormElement} form
 * @returns {{words: {name: string, value: string}[], taken: () => void, giveBack: () => void}} the text; what to call after
 *   success, and after a failure
 */
function handOver(form) {
  const fields = [...$$("input", HTMLInputElement, form), ...$$("textarea", HTMLTextAreaElement, form)].filter((field) => field.matches(TEXTS)).map((field) => ({ field, value: field.value, before: field.defaultValue }));
  const home = form.closest("[data-lists], [data-live]");
  const words = fields.filter(({ value, before }) => value.trim() && value !== before).map(({ field, value }) => ({ name: field.id, value }));
  for (const { field, value } of fields) field.defaultValue = value;
  return {
    words,
    taken() {
      // Unless a fragment has already put the stored value there.
      for (const { field, value, before } of fields) if (field.defaultValue === value) field.defaultValue = before;
      form.reset();
    },
    giveBack() {
      if (form.isConnected) {
        for (const { field, value, before } of fields) {
          if (field.defaultValue === value) field.defaultValue = before;
          field.value = value;
        }
      } else if (words.length && home) rescue(home, words);
    },
  };
}

/**
 * Show an error in the form.
 * @param {HTMLFormElement} form
 * @param {string} sentence
 * @returns {boolean} whether the form has an element for errors
 */
function refuse(form, sentence) {
  const place = $("[data-error]", HTMLElement, form);
  if (!place) return false;
  place.textContent = sentence;
  const field = $(TEXTS, HTMLElement, form);
  if (sentence) {
    field?.setAttribute("aria-invalid", "true");
    field?.focus();
  } else field?.removeAttribute("aria-invalid");
  return true;
}

/**
 * @param {UnderWay | null} press
 * @param {string} url
 * @param {Record<string, string>} fields
 * @param {string} sentence
 * @param {{version: number, change: number}} body
 */
function finish(press, url, fields, sentence, body) {
  const done = { change: body.change, sentence, question: press?.card.id ?? "" };
  const verb = url.slice(url.lastIndexOf("/") + 1);
  const undoable = (byId("undo")?.dataset.undoable ?? "").split(" ").includes(verb);
  if (undoable) remember(done);
  if (!press) {
    offer(sentence, undoable ? body.change : null);
    return;
  }
  // Take over the new version now: a press before the fragment arrives must not be a version conflict.
  for (const field of [...$$("input[name=version]", HTMLInputElement, press.card), ...$$("button[name=version]", HTMLButtonElement, press.card)]) {
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

/** Offer undo for the latest change only; earlier ones are undone from the list of changes. @param {string} sentence @param {number | null} change */
function offer(sentence, change) {
  awayWithOffer();
  awayWithOffer = toast(sentence, change === null ? {} : { label: words("undo"), act: () => undo(change), seconds: 8 });
}

/** Whether the question has left the list in which the button was pressed. @param {UnderWay} press */
const left = (press) => press.home !== null && (press.card.parentElement !== press.home || !press.card.isConnected);

/** After the question has left: show a trace in its place, and move focus and choice to the next one. @param {UnderWay} press */
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
  // What goes on the screen is what is dealt with next.
  if (press.verb === "live" && press.card.isConnected && isSeen(press.card)) {
    goTo(press.card);
    return;
  }
  const seen = (/** @type {Element | null | undefined} */ one) => one instanceof HTMLElement && one.isConnected && one.hasAttribute("data-version") && isSeen(one);
  let next = press.trace?.nextElementSibling;
  while (next && !seen(next)) next = next.nextElementSibling;
  let before = press.trace?.previousElementSibling;
  while (!next && before && !seen(before)) before = before.previousElementSibling;
  const target = closest(next ?? before ?? press.home?.closest("[data-zone]"), "*");
  (target ?? byId("main"))?.focus({ preventScroll: !matchMedia("(hover: hover)").matches });
  choose(closest(target, ".row-q"));
  if (target && matchMedia("(hover: hover)").matches) target.scrollIntoView({ block: "nearest" });
}

/** The toast for an answer recorded by its button alone, without text. @param {HTMLElement} card */
function amend(card) {
  const here = byId(card.id);
  if (!here) return;
  const folded = here.closest("details");
  if (folded) folded.open = true;
  if (open(here, "correct", true)) here.scrollIntoView({ block: "center" });
}

/** Install the listeners; once a page. */
export function start() {
  attendUndo();
  showWaits();
  keepDrafts();
  on("pending-settled", ({ entry, answer, attended }) => {
    if (entry.verb === "undo") return;
    // A pending write from before a reload.
    if (answer.ok && !attended) finish(null, entry.url, entry.fields, entry.said, answer.body);
    if (!attended) void readAgain();
  });
  on("pending-cancelled", ({ entry }) => {
    for (const press of underWay) if (press.card.id === entry.about) underWay.delete(press);
    giveBackTyped(entry.typed)?.focus();
  });
  onSubmit("[data-verb], #act, #first", (form, button) => void use(form, button));
  // Ctrl + Enter submits a text.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !(event.target instanceof HTMLTextAreaElement)) return;
    const form = event.target.form;
    if (!form?.hasAttribute("data-verb") && !form?.hasAttribute("data-ask")) return;
    event.preventDefault();
    form.requestSubmit($("button[type=submit], button:not([type])", HTMLElement, form));
  });
  on("dom-updated", () => {
    for (const press of underWay) if (left(press)) follow(press);
    // A version conflict while somebody typed: show the question where it is now.
    const rescued = document.activeElement?.closest(".rescued:not([data-my-shown])");
    rescued?.setAttribute("data-my-shown", "");
    rescued?.scrollIntoView({ block: "center" });
  });
  on("change-undone", ({ question: id }) => {
    awayWithOffer();
    // Focus the question after its fragment has come, unless a field has the focus.
    if (id && !document.activeElement?.matches("textarea, input, select")) setTimeout(() => comeBack(id), 150);
    // It may be beyond the end of its list.
    if (id.startsWith("question-")) setTimeout(() => { if (!byId(id)) toast(words("undoneBelow")); }, 1500);
  });
}

/** @param {string} id */
function comeBack(id) {
  const card = document.getElementById(id);
  if (!card || !isSeen(card)) return;
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
}

/** The position that a pending *move* will give the question; 0: no move is pending. @param {HTMLElement} card */
export function placeAhead(card) {
  const ahead = entries().filter(({ about, verb, refused }) => about === card.id && verb === "move" && !refused).at(-1);
  return Number(ahead?.fields.position ?? 0);
}
