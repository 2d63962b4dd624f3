// The attendee's waiting list: what the outbox holds, each entry with its state and what can be done about it. The
// sentences and the markup of an entry are in the page (attendee/_outbox.html), for their language.

import { isHeld } from "../outbox/feedback.js";
import { timeOfDay } from "../page/ages.js";
import { say, toast } from "../page/announce.js";
import { $, $$, byId, closest, must } from "../page/dom.js";
import { on } from "../page/events.js";
import { giveBack, hasField } from "./asking.js";
import { discard, entries, entryOf, isStored, isUnderWay, put, retry } from "./outbox.js";

/** @typedef {import("./outbox.js").Entry} Entry */

/** How long an entry that has arrived stays: it is among my questions by then. */
const STAYS = 60_000;

/** @type {HTMLElement} */
let section;
/** @type {Map<string, HTMLElement>} */
const items = new Map();
/** Sentences to be announced, collected: ten that arrive at once are one sentence or two. @type {Set<string>} */
const sentences = new Set();

/** @param {string} name @param {Record<string, unknown>} [values] */
function words(name, values = {}) {
  return (section.getAttribute(`data-${name}`) ?? "").replace(/\{(\w+)\}/g, (all, key) => String(values[key] ?? all));
}

/** @param {string} sentence */
function announce(sentence) {
  if (!sentences.size) setTimeout(() => { say([...sentences].join(" ")); sentences.clear(); }, 500);
  sentences.add(sentence);
}

/** @param {HTMLElement} item @param {string} name @returns {HTMLElement} */
const part = (item, name) => must(`[data-${name}]`, HTMLElement, item);

/** Its state. @param {Entry} entry */
function sentenceOf(entry) {
  if (entry.refused) return entry.refused.message;
  if (!isStored(entry)) return words("open");
  // Why it has to wait: the server's own words, of one's own limit or of a hall that is busy.
  return `${entry.message} ${words(entry.why || "sending")}`;
}

/** @param {Entry} entry */
function make(entry) {
  const template = must("template", HTMLTemplateElement, section);
  const item = must("li", HTMLElement, document.importNode(template.content, true));
  const place = must("[data-place]", HTMLAnchorElement, item);
  const page = entry.url.replace(/\/questions$/, "");
  place.textContent = entry.what === "ask" ? entry.place ?? "" : words(`on-${entry.what}`, { number: entry.place });
  if (entry.what === "ask") place.href = page;
  // Not on the stand's own page.
  place.hidden = page.toLowerCase() === location.pathname.toLowerCase();
  part(item, "text").textContent = entry.fields.text ?? "";
  items.set(entry.key, item);
  return item;
}

/** @param {HTMLElement} item @param {string} kind @param {string} sentence @param {string[]} may */
function show(item, kind, sentence, may) {
  item.dataset.kind = kind;
  const state = part(item, "state");
  if (state.textContent !== sentence) state.textContent = sentence;
  for (const button of $$("[data-do]", HTMLElement, item)) {
    button.hidden = !may.includes(button.dataset.do ?? "");
  }
}

/** @param {Entry} entry @param {HTMLElement} item */
function draw(entry, item) {
  const { doubt } = item.dataset;
  if (doubt && !entry.refused) return show(item, "doubt", words(`${doubt}-doubt`), [`${doubt}-anyway`, "keep"]);
  const may = ["discard"];
  if (entry.what === "ask" && hasField(entry)) may.push("change");
  if (entry.refused) may.push("again");
  if (entry.refused && entry.fields.text) may.push("copy");
  // With this stand's contact, once all is over.
  const link = "[href^=mailto]";
  const mail = $(`#closed[data-url="${CSS.escape(entry.url)}"] ${link}`, HTMLAnchorElement);
  if (mail && entry.refused && !$(link, HTMLElement, item)) {
    const own = document.importNode(mail, true);
    own.href = mail.href + encodeURIComponent(entry.fields.text);
    item.lastElementChild?.append(own);
  }
  show(item, entry.refused ? "refused" : isStored(entry) ? "waiting" : "open", sentenceOf(entry), may);
}

/** @param {HTMLElement} item */
function dismiss(item) {
  const focused = item.contains(document.activeElement);
  for (const [key, other] of items) if (other === item) items.delete(key);
  item.remove();
  section.hidden = !items.size;
  const next = $("[data-ask] textarea") ?? byId("main");
  if (focused) next?.focus({ preventScroll: true });
}

/** @param {{aloud?: boolean}} [how] */
function render({ aloud = true } = {}) {
  // A vote being sent shows on its button; only one that waits is listed.
  const waiting = entries().filter((entry) => !isHeld(entry.key) && (entry.what !== "me-too" || entry.why));
  const list = part(section, "list");
  for (const entry of waiting) {
    const known = items.get(entry.key);
    const item = known ?? make(entry);
    draw(entry, item);
    if (known) continue;
    list.append(item);
    if (aloud) announce(sentenceOf(entry));
  }
  section.hidden = !items.size;
  part(section, "open").hidden = waiting.every(isStored);
}

/** @param {Entry} entry */
function arrived({ key, what, arrived: answer }) {
  const item = items.get(key);
  if (!item) return;
  if (what === "me-too") return dismiss(item);
  const told = { time: timeOfDay(answer?.time), number: answer?.body.number };
  const sentence = words(what === "ask" ? "arrived" : "done", told);
  show(item, "done", sentence, []);
  announce(sentence);
  setTimeout(() => dismiss(item), STAYS);
}

/** @param {string} action @param {Entry} entry @param {HTMLElement} item */
function act(action, entry, item) {
  const [what, anyway] = action.split("-");
  delete item.dataset.doubt;
  if (what === "again") return retry(entry);
  if (what === "copy") return copy(part(item, "text"));
  if (what === "keep") return render();
  // It may have arrived, or be arriving: ask first.
  if (!anyway && !entry.refused && (entry.maybe || isUnderWay(entry))) {
    item.dataset.doubt = what;
    draw(entry, item);
    say(words(`${what}-doubt`));
    $(`[data-do="${what}-anyway"]`, HTMLElement, item)?.focus();
    return;
  }
  if (what === "change") {
    if (!giveBack(entry)) toast(words("occupied"));
  } else {
    discard(entry.key);
    toast(words("discarded"), { label: words("undo"), act: () => put(entry) });
  }
}

/** On plain http there is no clipboard API; a selection can be copied, by us or by hand. @param {HTMLElement} text */
function copy(text) {
  getSelection()?.selectAllChildren(text);
  toast(words(document.execCommand("copy") ? "copied" : "select"));
}

/** Install the listeners; once a page. */
export function start() {
  const found = document.getElementById("outbox");
  if (!found) return;
  section = found;
  render({ aloud: false });
  on("outbox-changed", ({ kind, entry }) => {
    const item = items.get(entry.key);
    if (kind === "arrived") arrived(entry);
    // Another tab's storage events may lag behind storage: an entry leaves the list only with its event.
    if (kind === "gone" && item && item.dataset.kind !== "done") dismiss(item);
    render();
  });
  on("feedback-ended", () => render());
  on("dom-updated", () => render());
  section.addEventListener("click", (event) => {
    const button = closest(event.target, "[data-do]");
    const item = closest(button, "[data-kind]");
    for (const [key, one] of items) {
      const entry = one === item ? entryOf(key) : null;
      if (entry && item && button) return act(button.dataset.do ?? "", entry, item);
    }
  });
}
