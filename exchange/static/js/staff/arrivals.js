// New questions: counts at the lists, a mark on new rows, an announcement with an optional signal, and a button that scrolls
// up to them.

import { totalOf } from "../live/list-ends.js";
import { say } from "../page/announce.js";
import { $, $$ } from "../page/dom.js";
import { on } from "../page/events.js";
import { signal } from "./sound.js";
import { isSeen, words } from "./words.js";

/** The lists whose new questions are announced. */
const WAITING = ["pending", "open"];
/** How long a row stays marked as new without being touched. */
const NEW_FOR = 60_000;

/** @type {Set<string>} */
let known = new Set();
/** @type {Set<string>} numbers asked from this page: not announced to whoever typed them */
const own = new Set();
/** The page's own, and as it was shown last: another one has come with a reading. */
let title = "";
let shownTitle = "";

const cards = () => $$("[data-lists] > [data-version]");

/** How many questions these lists have, shown or not. @param {string} lists */
const countIn = (lists) => lists.split(" ").flatMap((list) => $(`[data-lists~="${list}"]`) ?? []).reduce((sum, list) => sum + totalOf(list), 0);

function count() {
  for (const place of $$("[data-count-of]")) {
    const text = String(countIn(place.dataset.countOf ?? ""));
    if (place.textContent !== text) place.textContent = text;
  }
  for (const section of $$("[data-hides-empty]")) {
    section.toggleAttribute("data-my-empty", countIn(section.dataset.hidesEmpty ?? "") === 0);
  }
  const waiting = countIn(WAITING.join(" "));
  if (document.title !== shownTitle) title = document.title;
  shownTitle = waiting ? `(${waiting}) ${title}` : title;
  document.title = shownTitle;
}

/** @param {HTMLElement[]} outside  arrived beyond the end of their list */
function look(outside) {
  count();
  /** @type {HTMLElement[]} */
  const fresh = [];
  for (const card of [...cards(), ...outside]) {
    if (known.has(card.id)) continue;
    known.add(card.id);
    if (WAITING.includes(card.dataset.list ?? "") && !own.has(card.dataset.number ?? "")) fresh.push(card);
  }
  if (!fresh.length) return;
  for (const card of fresh) if (card.isConnected) mark(card);
  say(fresh.length === 1 ? words("newOne", { number: fresh[0].dataset.number ?? "" }) : words("newMany", { n: fresh.length }));
  signal();
  showWay();
}

/** @param {HTMLElement} card */
function mark(card) {
  card.setAttribute("data-my-new", "");
  const seen = () => { card.removeAttribute("data-my-new"); showWay(); };
  card.addEventListener("pointerdown", seen, { once: true });
  card.addEventListener("focusin", seen, { once: true });
  setTimeout(seen, NEW_FOR);
}

// ---- back to top --------------------------------------------------------------------------------------------------

const above = () => $$("[data-my-new]").filter((card) => isSeen(card) && card.getBoundingClientRect().bottom < edge(card));

/** The top of its list's visible part. @param {HTMLElement} card */
const edge = (card) => Math.max(0, card.closest(".zone")?.getBoundingClientRect().top ?? 0) + 40;

function showWay() {
  const way = document.getElementById("news");
  if (!way) return;
  const hidden = above();
  way.hidden = hidden.length === 0;
  if (hidden.length) way.textContent = hidden.length === 1 ? words("newOne", { number: hidden[0].dataset.number ?? "" }) : words("newMany", { n: hidden.length });
}

/** Install the listeners; once a page. */
export function start() {
  known = new Set([...cards()].map((card) => card.id));
  count();
  on("dom-updated", ({ outside }) => look(outside));
  on("question-asked", (asked) => {
    const number = String(asked.number);
    own.add(number);
    // The fragment may have arrived before the response.
    document.querySelector(`[data-my-new][data-number="${CSS.escape(number)}"]`)?.removeAttribute("data-my-new");
    showWay();
  });
  addEventListener("scroll", showWay, { capture: true, passive: true });
  document.getElementById("news")?.addEventListener("click", () => {
    const first = above()[0];
    first?.scrollIntoView({ block: "center", behavior: "smooth" });
    first?.focus({ preventScroll: true });
  });
}
