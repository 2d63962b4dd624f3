// Announcements: for screen readers through the page's one live region, for the eye as a toast.

import { $$ } from "./dom.js";
import { on } from "./events.js";

/**
 * To screen readers. An empty sentence clears the region, or, with `keep`, does nothing.
 * @param {string} sentence
 * @param {{keep?: boolean}} [options]
 */
export function say(sentence, { keep = false } = {}) {
  const region = document.getElementById("said");
  if (!region || (keep && !sentence)) return;
  region.textContent = "";
  if (!sentence) return;
  // A live region is read only when it changes, and screen readers need a moment to notice that it did.
  setTimeout(() => { region.textContent = sentence; }, 50);
}

/**
 * A toast, announced as well. With an action it stays longer.
 * @param {string} sentence
 * @param {{label?: string, act?: () => void, seconds?: number}} [options]
 * @returns {() => void} takes it away
 */
export function toast(sentence, { label, act, seconds = act ? 12 : 6 } = {}) {
  const holder = document.getElementById("toasts");
  if (!holder || !sentence) return () => {};
  const element = document.createElement("div");
  element.className = "toast";
  const words = document.createElement("span");
  words.textContent = sentence;
  element.append(words);
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;
  const away = () => { clearTimeout(timer); element.remove(); };
  const wait = () => { clearTimeout(timer); timer = setTimeout(away, seconds * 1000); };
  if (label && act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button-plain";
    button.textContent = label;
    button.addEventListener("click", () => { away(); act(); });
    element.append(button);
  }
  // It stays while the pointer or the focus is on it.
  element.addEventListener("pointerenter", () => clearTimeout(timer));
  element.addEventListener("pointerleave", wait);
  element.addEventListener("focusin", () => clearTimeout(timer));
  element.addEventListener("focusout", wait);
  while (holder.children.length > 2) holder.firstElementChild?.remove();
  holder.append(element);
  wait();
  say(sentence);
  return away;
}

// ---- changes -----------------------------------------------------------------------------------------------------
//
// A question goes live, mine is answered: announced once. The sentence is in the page, as data-say on the element; one that
// was there from the start is not announced.

/** @type {Map<string, string>} */
const known = new Map();

/** The elements whose sentence was not there before. */
function changes() {
  /** @type {HTMLElement[]} */
  const fresh = [];
  for (const element of $$("[data-say][id]")) {
    const sentence = element.dataset.say ?? "";
    const before = known.get(element.id);
    if (before !== undefined && before !== sentence && sentence) fresh.push(element);
    known.set(element.id, sentence);
  }
  return fresh;
}

/** How many changes of my questions nobody has looked at; the title counts them: "(2) Digitaler Bauantrag ...". */
let unseen = 0;

/** Pages that were read again bring their own title: it is shown anew each time. @param {HTMLElement[]} fresh */
function count(fresh) {
  unseen = document.visibilityState === "hidden" ? unseen + fresh.filter(({ dataset }) => dataset.list === "mine").length : 0;
  document.title = (unseen ? `(${unseen}) ` : "") + document.title.replace(/^\(\d+\) /, "");
}

/** Install the listeners; once a page. */
export function start() {
  changes();
  on("dom-updated", () => {
    const fresh = changes();
    say(fresh.map(({ dataset }) => dataset.say).join(" "), { keep: true });
    count(fresh);
  });
  document.addEventListener("visibilitychange", () => count([]));
}
