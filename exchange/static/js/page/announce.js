// Saying something once and calmly: to the ear through the page's one status region, to the eye as a toast.

import { $$ } from "./dom.js";
import { on } from "./events.js";

/**
 * For those who listen. An empty sentence only clears what was said before, or nothing with `keep`.
 * @param {string} sentence
 * @param {{keep?: boolean}} [options]
 */
export function say(sentence, { keep = false } = {}) {
  const region = document.getElementById("said");
  if (!region || (keep && !sentence)) return;
  region.textContent = "";
  if (!sentence) return;
  // A region must change to be heard; the pause lets readers notice that it did.
  setTimeout(() => { region.textContent = sentence; }, 50);
}

/**
 * A passing sentence at the bottom, heard too. With something to do it stays longer.
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
  // While somebody reads it with pointer or focus, it does not go.
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

// ---- what changed ------------------------------------------------------------------------------------------------
//
// A question goes live, mine is answered: said once for those who listen. The sentence is in the page, as data-say on the
// element; a sentence that was there from the start is not read out.

/** @type {Map<string, string>} */
const known = new Map();

/** The sentences that were not there before. */
function learn() {
  const news = [];
  for (const element of $$("[data-say][id]")) {
    const sentence = element.dataset.say ?? "";
    const before = known.get(element.id);
    if (before !== undefined && before !== sentence && sentence) news.push(sentence);
    known.set(element.id, sentence);
  }
  return news;
}

/** Begin. Once a page. */
export function start() {
  learn();
  on("dom-updated", () => say(learn().join(" "), { keep: true }));
}
