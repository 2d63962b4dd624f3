// Panels: the forms of verbs that need text. A page holds each panel once, as a <template>; a button (data-opens) clones it
// into its question. One panel per question is open. The page of one question shows all forms without panels.
//
// {id}, {number}, {version} and {how} in a template are placeholders for the question's values. A form whose verb the question
// does not offer (data-verbs) is left out, and so is any element that needs such a verb (data-needs).

import { anchored } from "../live/anchoring.js";
import { parsePage } from "../live/placing.js";
import { $, $$, byId, closest } from "../page/dom.js";
import { emit, on } from "../page/events.js";
import { rescue } from "../page/rescue.js";
import { choose } from "./chosen.js";

const OPEN = ".verb-panel[data-my-open]";
/** @type {HTMLElement | null} */
let lastOpened = null;

const TYPED = "textarea, input[type=text], input[type=number], input[type=date]";

/** @param {Element} row */
const verbsOf = (row) => (row.getAttribute("data-verbs") ?? "").split(" ");

/** @param {Element} row @param {string} name */
const panelOf = (row, name) => $(`.verb-panel[data-panel="${CSS.escape(name)}"]`, HTMLElement, row);

/** @param {Element} panel */
const typedIn = (panel) => [...$$("textarea", HTMLTextAreaElement, panel), ...$$("input", HTMLInputElement, panel)]
  .filter((field) => field.matches(TYPED) && field.value.trim() && field.value !== field.defaultValue);

/**
 * @param {HTMLElement} panel
 * @param {boolean} open
 */
function set(panel, open) {
  panel.toggleAttribute("data-my-open", open);
  const row = closest(panel, "[data-version]");
  for (const opener of $$(`[data-opens="${CSS.escape(panel.dataset.panel ?? "")}"]`, HTMLElement, row)) {
    opener.setAttribute("aria-expanded", String(open));
  }
}

/** Hide a panel with text in it; remove one without, to be cloned again. @param {HTMLElement} panel */
function close(panel) {
  set(panel, false);
  if (!typedIn(panel).length) panel.remove();
}

/**
 * Clone a panel into a question.
 * @param {HTMLElement} row
 * @param {string} name
 * @returns {HTMLElement | null} null: the question offers none of its verbs
 */
function make(row, name) {
  const panel = byId(`panel-${name}`, HTMLTemplateElement)?.content.firstElementChild?.cloneNode(true);
  const body = $(".question-body", HTMLElement, row);
  if (!(panel instanceof HTMLElement) || !body) return null;
  const id = row.id.replace("question-", "");
  /** @type {Record<string, string>} */
  const values = { id, number: row.dataset.number ?? "", version: row.dataset.version ?? "", how: row.dataset.how ?? "at_stand" };
  /** @param {string} text */
  const fill = (text) => text.replace(/\{(id|number|version|how)\}/g, (_, key) => values[key]);
  for (const element of [panel, ...panel.querySelectorAll("*")]) {
    for (const attribute of element.attributes) {
      attribute.value = fill(attribute.value);
    }
  }
  // The ends of the buttons' names.
  for (const end of $$(".visually-hidden", HTMLElement, panel)) end.textContent = fill(end.textContent ?? "");
  panel.id = `${name}-${id}`;
  const verbs = verbsOf(row);
  for (const form of $$("form[data-verb]", HTMLElement, panel)) if (!verbs.includes(form.dataset.verb ?? "")) form.remove();
  for (const way of $$("[data-needs]", HTMLElement, panel)) if (!verbs.includes(way.dataset.needs ?? "") || isAtHand(row, way)) way.remove();
  if (!panel.querySelector("form, a, button")) return null;
  const text = row.querySelector(".question-text")?.textContent ?? "";
  for (const field of $$("textarea[name=text]", HTMLTextAreaElement, panel)) field.defaultValue = text;
  if (name === "redact") {
    const answer = row.querySelector(".answer-text")?.textContent ?? "";
    for (const field of $$("textarea[name=answer]", HTMLTextAreaElement, panel)) field.defaultValue = answer;
    const reason = row.querySelector("[data-reason]")?.getAttribute("data-reason") ?? "";
    for (const field of $$("input[name=reason]", HTMLInputElement, panel)) field.defaultValue = reason;
  }
  if (name === "correct") {
    const given = row.querySelector(".answer-text")?.textContent ?? "";
    for (const field of $$("textarea", HTMLTextAreaElement, panel)) field.defaultValue = given;
    for (const way of $$("input[type=radio]", HTMLInputElement, panel)) way.defaultChecked = way.value === values.how;
  }
  body.append(panel);
  for (const form of $$("form[data-alike]", HTMLElement, panel)) void propose(form, row);
  emit("panel-made", { panel });
  return panel;
}

/** Whether a button outside any panel already offers this verb, or opens its panel. @param {Element} row @param {HTMLElement} way */
function isAtHand(row, way) {
  const address = way.getAttribute("formaction");
  const same = address ? `[formaction="${CSS.escape(address)}"]` : `[data-opens="${CSS.escape(way.dataset.opens ?? "")}"]`;
  return row.querySelector(`.row-verbs > ${same}, .question-actions ${same}`) !== null;
}

/** Load the proposals for merging from the page of the question. @param {HTMLElement} form @param {Element} row */
async function propose(form, row) {
  form.hidden = true;
  const address = $("a[data-opens=more]", HTMLAnchorElement, row)?.href;
  if (!address) return;
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" } });
    if (!response.ok) return;
    const found = $$("form[data-alike] > button", HTMLElement, parsePage(await response.text()));
    form.append(...found);
    form.hidden = !found.length;
  } catch { /* offline: the number can still be typed */ }
}

/** Open a question's panel, cloning it if needed, and close its other panels. @param {HTMLElement} row @param {string} name */
export function reveal(row, name) {
  const panel = panelOf(row, name) ?? make(row, name);
  if (!panel) return null;
  for (const other of $$(".verb-panel[data-my-open]", HTMLElement, row)) if (other !== panel) close(other);
  set(panel, true);
  return panel;
}

/**
 * Open a panel and focus its first field.
 * @param {HTMLElement} row
 * @param {string} name
 * @param {boolean} [byKeys] opened by a key
 * @returns {boolean} whether the question offers it
 */
export function open(row, name, byKeys = false) {
  const panel = reveal(row, name);
  if (!panel) return false;
  if (row.matches(".row-q")) choose(row);
  const first = $("textarea, input:not([type=hidden])", HTMLElement, panel) ?? $("button, a", HTMLElement, panel);
  // Whoever opens a panel that begins with words is about to write them. With others, on a touch screen, focusing would
  // open the on-screen keyboard over the panel.
  if (byKeys || first instanceof HTMLTextAreaElement || matchMedia("(hover: hover)").matches) first?.focus({ preventScroll: true });
  // Keep the question's text visible above the panel.
  panel.scrollIntoView({ block: "nearest" });
  if (row.getBoundingClientRect().top < 0 || row.offsetHeight < innerHeight * 0.8) row.scrollIntoView({ block: "nearest" });
  lastOpened = row;
  emit("panel-toggled");
  return true;
}

/**
 * @param {Element | null} row
 * @returns {boolean} whether a panel was open
 */
export function closeAll(row) {
  const panels = row ? $$(".verb-panel[data-my-open]", HTMLElement, row) : [];
  for (const panel of panels) close(panel);
  keepOpen();
  if (panels.length) emit("panel-toggled");
  return panels.length > 0;
}

/** Show the text of a form whose verb is no longer offered, to be copied. @param {HTMLElement} part */
function drop(part) {
  const typed = typedIn(part).map((field) => ({ name: field.id, value: field.value }));
  const place = part.closest("[data-lists], [data-live]");
  const inPlay = part.contains(document.activeElement);
  part.remove();
  if (!typed.length || !place) return;
  const field = rescue(place, typed);
  if (inPlay) field.focus({ preventScroll: true });
}

/** Where the questions that are proposed for merging stand now. @param {Element} panel */
function placeAlike(panel) {
  for (const one of $$(".alike-one", HTMLButtonElement, panel)) {
    const place = $(`[data-number="${CSS.escape(one.value)}"] .row-facts b`);
    const shown = $(".quiet", HTMLElement, one);
    if (place && shown) shown.textContent = place.textContent;
  }
}

/** After a fragment: bring open panels up to date with their question. */
function follow() {
  for (const panel of $$(".verb-panel[data-panel]")) {
    const row = closest(panel, "[data-version]");
    if (!row) continue;
    placeAlike(panel);
    const verbs = verbsOf(row);
    for (const field of $$("[name=version]", HTMLInputElement, panel)) field.value = row.dataset.version ?? "";
    for (const press of $$("button[name=version]", HTMLButtonElement, panel)) press.value = row.dataset.version ?? "";
    for (const form of $$("form[data-verb]", HTMLElement, panel)) if (!verbs.includes(form.dataset.verb ?? "")) drop(form);
    for (const way of $$("[data-needs]", HTMLElement, panel)) if (!verbs.includes(way.dataset.needs ?? "")) way.remove();
    if (!panel.querySelector("form, button")) panel.remove();
    // The fragment resets aria-expanded; set it from the panel's real state.
    else if (panel.hasAttribute("data-my-open")) set(panel, true);
  }
  keepOpen();
}

/** Keep the answer's field open on the live question. */
function keepOpen() {
  for (const panel of $$(".verb-panel[data-my-kept-open]")) {
    if (panel.closest("[data-keeps-open]")) continue;
    panel.removeAttribute("data-my-kept-open");
    close(panel);
  }
  for (const list of $$("[data-keeps-open]")) {
    for (const row of $$(":scope > [data-version]", HTMLElement, list)) {
      if (row.querySelector(".verb-panel[data-my-open]")) continue;
      // It comes after the news that it belongs to: what somebody writes below stays where it is.
      anchored(() => reveal(row, list.dataset.keepsOpen ?? "")?.setAttribute("data-my-kept-open", ""));
    }
  }
}

/** Install the listeners; once a page. */
export function start() {
  keepOpen();
  document.addEventListener("click", (event) => {
    const opener = closest(event.target, "[data-opens]");
    const row = closest(opener, "[data-lists] > [data-version]");
    if (!opener || !row || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const name = opener.dataset.opens ?? "";
    const panel = panelOf(row, name);
    if (panel?.hasAttribute("data-my-open") && !panel.hasAttribute("data-my-kept-open")) {
      event.preventDefault();
      close(panel);
      keepOpen();
      emit("panel-toggled");
      // Follow the link to the page of the question only if there is no panel.
    } else if (open(row, name, event.detail === 0)) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    // Also with the focus on the button that opened it, or nowhere: then the one that was opened last.
    const row = closest(event.target, "[data-version]") ?? (document.activeElement === document.body ? lastOpened : null);
    const panel = closest(event.target, OPEN) ?? $(`${OPEN}:not([data-my-kept-open])`, HTMLElement, row);
    if (!panel?.isConnected || !row) return;
    event.preventDefault();
    const name = panel.dataset.panel ?? "";
    closeAll(row);
    ($(`[data-opens="${CSS.escape(name)}"]`, HTMLElement, row) ?? $("[data-opens=more]", HTMLElement, row) ?? row).focus({ preventScroll: true });
  });
  on("dom-updated", follow);
}
