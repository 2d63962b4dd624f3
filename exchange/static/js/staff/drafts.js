// Words that staff have begun to write survive a reload and a crash, each field's by itself. When the field has gone
// meanwhile, they stand in the page to be copied.

import { drafts } from "../outbox/storage.js";
import { reveal } from "./panels.js";
import { rescue } from "../page/rescue.js";
import { isSeen } from "./words.js";

const PREFIX = `exchange.draft ${location.pathname}#`;
const FIELDS = "form[data-verb] :is(textarea, input[type=text], input[type=number], input[type=date])[id]";

/** @typedef {HTMLInputElement | HTMLTextAreaElement} Field */

/** @param {string} name @param {string} value */
const keep = (name, value) => drafts.write(PREFIX + name, value || null);

/** @returns {{name: string, value: string}[]} */
const kept = () => drafts.names(PREFIX).map((name) => ({ name: name.slice(PREFIX.length), value: String(drafts.read(name) ?? "") }));

/** @param {Field} field */
const note = (field) => keep(field.id, field.value.trim() && field.value !== field.defaultValue ? field.value : "");

/**
 * Put words into their fields again, and open what they are in.
 * @param {{name: string, value: string}[]} typed
 * @returns {HTMLElement | null} the last of the fields
 */
export function giveBack(typed) {
  /** @type {HTMLElement | null} */
  let last = null;
  /** @type {Map<Element, {name: string, value: string}[]>} */
  const homeless = new Map();
  for (const one of typed) {
    const field = document.getElementById(one.name);
    if (field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement) {
      field.value = one.value;
      note(field);
      const folded = field.closest("details");
      if (folded) folded.open = true;
      const panel = /** @type {HTMLElement | null} */ (field.closest(".verb-panel"));
      if (panel) reveal(panel);
      last = field;
      continue;
    }
    keep(one.name, one.value);
    const list = document.getElementById(one.name.replace(/^.*-(\d+)$/, "question-$1"))?.closest("[data-lists]");
    const place = list && isSeen(list) ? list : document.querySelector("[data-waits-shelf]");
    if (place) homeless.set(place, [...(homeless.get(place) ?? []), one]);
  }
  for (const [place, words] of homeless) rescue(place, words);
  return last;
}

/** Begin. Once a page. */
export function start() {
  giveBack(kept());
  document.addEventListener("input", (event) => {
    const field = /** @type {Field} */ (event.target);
    if (field.matches(FIELDS)) note(field);
  });
  // Sent, or written down with what waits.
  document.addEventListener("reset", (event) => {
    for (const field of /** @type {Element} */ (event.target).querySelectorAll(FIELDS)) keep(field.id, "");
  });
  document.addEventListener("exchange:let-go", (event) => {
    for (const name of /** @type {CustomEvent} */ (event).detail.names) keep(name, "");
  });
}
