// Drafts of staff's texts survive a reload and a crash, field by field. If the field is gone, the text is shown to be copied.

import { drafts } from "../outbox/storage.js";
import { $$, byId, closest } from "../page/dom.js";
import { on } from "../page/events.js";
import { rescue } from "../page/rescue.js";
import { reveal } from "./panels.js";
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

/** A field by its name, in a panel that is made for it if its question offers it: <panel>-<field>-<id>. @param {string} name */
function fieldOf(name) {
  const [, panel = "", id = ""] = /^(\w+)-\w+-(\d+)$/.exec(name) ?? [];
  const row = byId(`question-${id}`);
  const made = byId(name) ? closest(byId(name), ".verb-panel") : null;
  if (row && (made || !byId(name))) reveal(row, made?.dataset.panel ?? panel);
  return byId(name, HTMLTextAreaElement) ?? byId(name, HTMLInputElement);
}

/**
 * Put texts back into their fields, and open what these are in.
 * @param {{name: string, value: string}[]} typed
 * @returns {HTMLElement | null} the last of the fields
 */
export function giveBack(typed) {
  /** @type {HTMLElement | null} */
  let last = null;
  /** @type {Map<Element, {name: string, value: string}[]>} */
  const homeless = new Map();
  for (const one of typed) {
    const field = fieldOf(one.name);
    if (field) {
      field.value = one.value;
      note(field);
      const folded = field.closest("details");
      if (folded) folded.open = true;
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

/** Install the listeners; once a page. */
export function start() {
  giveBack(kept());
  document.addEventListener("input", (event) => {
    const field = event.target;
    if ((field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) && field.matches(FIELDS)) note(field);
  });
  // Sent, or stored as a pending write.
  document.addEventListener("reset", (event) => {
    for (const field of $$(FIELDS, HTMLElement, closest(event.target, "form"))) keep(field.id, "");
  });
  // What was begun before its panel was closed, or in another life of the page.
  on("panel-made", ({ panel }) => {
    for (const { name, value } of kept()) {
      const field = [...$$("textarea", HTMLTextAreaElement, panel), ...$$("input", HTMLInputElement, panel)].find(({ id }) => id === name);
      if (field) field.value = value;
    }
  });
  on("draft-discarded", ({ names }) => names.forEach((name) => keep(name, "")));
}
