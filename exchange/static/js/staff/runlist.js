// Reordering the run list: by two buttons, by Alt and an arrow key, by drag and drop, and by a place that is typed. All send
// *move* with the target position; the list changes when the fragment arrives.

import { numberOf, totalOf } from "../live/list-ends.js";
import { $, $$, byId, closest } from "../page/dom.js";
import { on } from "../page/events.js";
import { landed, placeAhead, useOn } from "./verbs.js";

/** @param {HTMLElement} card */
const listOf = (card) => $$(":scope > [data-version]", HTMLElement, card.parentElement);

/** @type {Promise<void>} */
let before = Promise.resolve();

/**
 * Move a question by some positions. Quick presses are queued.
 * @param {HTMLElement} card
 * @param {number} by
 */
export function moveBy(card, by) {
  before = before.then(async () => {
    await landed(card);
    const cards = listOf(card);
    // Start from the position that a pending move will give it.
    await moveTo(card, (placeAhead(card) || cards.indexOf(card) + 1) + by);
  });
  return before;
}

/**
 * @param {HTMLElement} card
 * @param {number} place the target position, from 1
 */
async function moveTo(card, place) {
  const cards = listOf(card);
  if (place < 1 || place > cards.length || place === (placeAhead(card) || cards.indexOf(card) + 1)) return;
  await useOn(card, "move", { position: String(place) });
}

// ---- dragging ----------------------------------------------------------------------------------------------------

/** @param {PointerEvent} event */
function begin(event) {
  const handle = closest(event.target, "[data-handle]");
  const card = closest(handle, "[data-version]");
  if (!handle || !card || event.button !== 0) return;
  event.preventDefault();
  handle.setPointerCapture(event.pointerId);
  const from = event.clientY;
  const scroller = card.closest(".zone") ?? document.documentElement;
  const scrolled = () => scroller.scrollTop + scrollY;
  const start = scrolled();
  card.setAttribute("data-my-dragged", "");
  let place = listOf(card).indexOf(card) + 1;

  /** @param {PointerEvent} move */
  const drag = (move) => {
    card.style.transform = `translateY(${move.clientY - from + scrolled() - start}px)`;
    const others = listOf(card).filter((other) => other !== card);
    place = 1 + others.filter((other) => { const box = other.getBoundingClientRect(); return box.top + box.height / 2 < move.clientY; }).length;
    for (const [index, other] of others.entries()) {
      other.toggleAttribute("data-my-drop-before", index === place - 1);
      other.toggleAttribute("data-my-drop-after", index === others.length - 1 && place === others.length + 1);
    }
    const box = scroller.getBoundingClientRect();
    if (move.clientY < box.top + 40) scroller.scrollTop -= 12;
    else if (move.clientY > Math.min(box.bottom, innerHeight) - 40) scroller.scrollTop += 12;
  };
  /** @param {Event} last */
  const end = (last) => {
    handle.removeEventListener("pointermove", drag);
    handle.removeEventListener("pointerup", end);
    handle.removeEventListener("pointercancel", end);
    card.removeAttribute("data-my-dragged");
    card.style.transform = "";
    for (const other of listOf(card)) {
      other.removeAttribute("data-my-drop-before");
      other.removeAttribute("data-my-drop-after");
    }
    if (last.type === "pointerup") void moveTo(card, place);
  };
  handle.addEventListener("pointermove", drag);
  handle.addEventListener("pointerup", end);
  handle.addEventListener("pointercancel", end);
}

// ---- places ------------------------------------------------------------------------------------------------------

/** Say of each question which place it has, and of how many in the panel where another one is typed. */
function sayPlaces() {
  const list = byId("list-shortlisted");
  if (!list) return;
  const of = String(totalOf(list));
  for (const [index, row] of $$(":scope > [data-version]", HTMLElement, list).entries()) {
    const place = String(numberOf(list, "before") + index + 1);
    $("[data-opens=move]", HTMLElement, row)?.setAttribute("data-my-place", place);
    const field = $("[data-panel=move] [name=position]", HTMLInputElement, row);
    if (!field) continue;
    field.max = of;
    // Unless another one has been typed.
    if (field.value === field.defaultValue) field.value = place;
    field.defaultValue = place;
    const all = $("[data-places]", HTMLElement, field.parentElement);
    if (all) all.textContent = (all.dataset.places ?? "").replace("{n}", of);
  }
}

/** Install the listeners; once a page. */
export function start() {
  sayPlaces();
  on("dom-updated", sayPlaces);
  on("panel-made", ({ panel }) => { if (panel.dataset.panel === "move") sayPlaces(); });
  document.addEventListener("pointerdown", begin);
  document.addEventListener("click", (event) => {
    const button = closest(event.target, ".place-button");
    const card = closest(button, "[data-version]");
    if (button && card) void moveBy(card, button.dataset.part === "up" ? -1 : 1).then(() => { if (document.activeElement === document.body) button.focus({ preventScroll: true }); });
  });
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    const card = closest(event.target, "[data-lists~=shortlisted] > [data-version]");
    if (!card) return;
    event.preventDefault();
    void moveBy(card, event.key === "ArrowUp" ? -1 : 1);
  });
}
