// Keyboard shortcuts of the moderation. A key clicks the element with that data-key in the chosen question. Letters are ignored
// while a field has the focus, and can be switched off. Keys that come while a press is on its way wait until its question is
// where it belongs: n, e, n, e means the same however fast it is typed.

import { toast } from "../page/announce.js";
import { $, $$, byId, closest, focused } from "../page/dom.js";
import { shortcutOf } from "../page/shortcut.js";
import { besideChosen, choose, chosen, goTo, rowsIn } from "./chosen.js";
import { lift } from "./filter.js";
import { closeAll, open } from "./panels.js";
import { typeIn } from "./typing-in.js";
import { undoPress } from "./undo.js";
import { landed } from "./verbs.js";
import { isSeen, words } from "./words.js";

const KEPT = "exchange.keys";

function areOn() {
  try { return localStorage.getItem(KEPT) !== "off"; } catch { return true; }
}

/** @param {number} by */
function step(by) {
  const here = chosen();
  const zoneHere = closest(focused(), "[data-zone]");
  const gone = here ? null : besideChosen();
  // Somebody else took the chosen one away: on from where it was.
  if (gone && zoneHere?.contains(gone)) {
    goTo(gone);
    return;
  }
  const zone = here?.closest("[data-zone]") ?? zoneHere ?? document.querySelector("[data-zone]");
  const rows = rowsIn(zone);
  const at = here ? rows.indexOf(here) : -1;
  goTo(at < 0 ? (by > 0 ? rows[0] : rows.at(-1)) : rows[Math.min(rows.length - 1, Math.max(0, at + by))]);
}

/** @param {string} number */
function zone(number) {
  const place = $(`[data-zone="${number}"]`);
  const [first] = rowsIn(place);
  if (first) goTo(first);
  else place?.focus();
}

/**
 * Click the chosen question's button for a key, or open the panel that holds it.
 * @param {string} key
 * @returns {Promise<void> | void} when it has been done
 */
function pressIn(key) {
  const row = chosen();
  if (!row) {
    toast(words("nothingChosen"));
    return;
  }
  // What follows it is chosen when it leaves.
  if (!row.contains(focused())) row.focus({ preventScroll: true });
  choose(row);
  const button = $$(`[data-key="${key}"]`, HTMLElement, row).find(isSeen);
  const { opens = "" } = button?.dataset ?? {};
  // Where a verb is not one press, it always asks for words: its key does so with Shift and without.
  const rarer = rarerFor(key) ?? rarerFor(key.toLowerCase());
  if (button && !opens) {
    button.click();
    return landed(row);
  }
  if (!open(row, opens || (rarer?.dataset.opens ?? ""), true)) toast(words("notHere", { number: row.dataset.number ?? "" }));
}

/** The button for a key among the rarer verbs. @param {string} key */
const rarerFor = (key) => $(`[data-key="${key}"]`, HTMLElement, byId("panel-more", HTMLTemplateElement)?.content ?? null);

/** Put the first of the run list on the screen. @returns {Promise<void> | void} when it is there */
function next() {
  const first = $("[data-lists~=shortlisted] > [data-version]");
  const button = $("[data-key=l]", HTMLElement, first);
  if (!first || !button) {
    toast(words("noNext"));
    return;
  }
  goTo(first);
  button.click();
  return landed(first);
}

/** Call the pitch that follows. */
function nextPitch() {
  const button = $("#conduct [data-key=p]");
  if (button) button.click();
  else toast(words("noPitch"));
}

const help = () => byId("help", HTMLDialogElement);

/** @type {Record<string, () => Promise<void> | void>} */
const COMMANDS = {
  j: () => step(1),
  k: () => step(-1),
  1: () => zone("1"),
  2: () => zone("2"),
  3: () => zone("3"),
  n: next,
  p: nextPitch,
  u: undoPress,
  f: typeIn,
  "/": () => byId("filter-q")?.focus(),
  "?": () => help()?.showModal(),
};
for (const key of ["a", "d", "D", "s", "l", "e", "E", "o", "m", "v", "x", "t", "g"]) COMMANDS[key] = () => pressIn(key);

/** @param {EventTarget | null} target */
const writes = (target) => target instanceof HTMLElement && (target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])"));

/** @param {KeyboardEvent} event */
function hear(event) {
  if (event.key === "Escape") leave(event);
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || writes(event.target)) return;
  if (document.querySelector("dialog[open]") || !areOn()) return;
  const key = shortcutOf(event);
  const command = COMMANDS[key];
  // Ignore auto-repeat, except for moving the selection.
  if (!command || (event.repeat && !"jk".includes(key))) return;
  event.preventDefault();
  ahead.push(command);
  if (!working) void work();
}

/** The keys whose turn has not come. @type {(() => Promise<void> | void)[]} */
const ahead = [];
let working = false;

async function work() {
  working = true;
  try {
    // What an earlier key has opened to write in has the keys that follow.
    for (let command; (command = ahead.shift());) if (!writes(focused()) && !document.querySelector("dialog[open]")) await command();
  } finally {
    working = false;
  }
}

/** Escape: leave the field, then close the panel, then reset the filter. @param {KeyboardEvent} event */
function leave(event) {
  if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const { target } = event;
  const row = closest(target, "[data-version]");
  if (closest(target, "#filter-q")) {
    lift();
    zone("1");
  } else if (row && writes(target)) {
    row.focus({ preventScroll: true });
  } else if (row) closeAll(row);
}

/** @param {HTMLInputElement} box */
function show(box) {
  box.checked = areOn();
  document.documentElement.toggleAttribute("data-my-keys", areOn());
}

/** Install the listeners; once a page. */
export function start() {
  document.addEventListener("keydown", hear);
  document.querySelector("[data-help]")?.addEventListener("click", () => help()?.showModal());
  const box = byId("keys-switch", HTMLInputElement);
  if (!box) return;
  show(box);
  box.addEventListener("change", () => {
    try { localStorage.setItem(KEPT, box.checked ? "on" : "off"); } catch { /* no storage: for this page only */ }
    document.documentElement.toggleAttribute("data-my-keys", box.checked);
    toast(words(box.checked ? "keysOn" : "keysOff"));
  });
}
