// Focus and scroll anchoring: what is being read or touched keeps its place on the glass while news is placed around it.
// The browser's own anchoring is switched off in the stylesheet; two of a kind would fight.

import { $$, byId, focused } from "../page/dom.js";

/**
 * Change the page without moving what is in sight.
 * @param {() => void} work
 */
export function anchored(work) {
  const active = focused();
  const inMain = byId("main")?.contains(active) ? active : null;
  const anchors = [inMain, ...inSight()].filter((element) => element !== null)
    .map((element) => ({ element, top: element.getBoundingClientRect().top, list: listOf(element) }));
  work();
  if (inMain && inMain !== document.activeElement && inMain.isConnected) inMain.focus({ preventScroll: true });
  // What moved into another list is no anchor: the eye stays where it was, it does not travel along.
  const anchor = anchors.find(({ element, list }) => element.isConnected && listOf(element) === list);
  if (!anchor) return;
  const moved = anchor.element.getBoundingClientRect().top - anchor.top;
  const scroller = scrollerOf(anchor.element);
  // At the very top one wants to see what comes in; anywhere else nothing may jump.
  if (moved && (scroller.scrollTop > 4 || anchor.element === inMain)) scroller.scrollTop += moved;
}

/** The list that a question, or a part of one, stands in. @param {Element} element */
const listOf = (element) => element.closest("[data-order]")?.parentElement ?? null;

/** The first questions and regions whose tops are in sight. @returns {HTMLElement[]} */
function inSight() {
  /** @type {HTMLElement[]} */
  const found = [];
  for (const element of $$("[data-version], [data-live]")) {
    const box = element.getBoundingClientRect();
    if (box.top >= 0 && box.top < innerHeight && box.height > 0) found.push(element);
    if (found.length === 4) break;
  }
  return found;
}

/** @param {HTMLElement} element @returns {Element} */
function scrollerOf(element) {
  for (let parent = element.parentElement; parent && parent !== document.body; parent = parent.parentElement) {
    if (parent.scrollHeight > parent.clientHeight && /auto|scroll/.test(getComputedStyle(parent).overflowY)) return parent;
  }
  return document.scrollingElement ?? document.documentElement;
}
