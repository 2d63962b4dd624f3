// Text as large as its box allows. Layout is left to the browser; only the font size is searched.
//
//   data-fit        a box; its content gets the largest font size with which nothing overflows
//   data-fit-line   one line; it gets smaller until it fits its box
//   data-cut        within a box: what is clamped when even the smallest size overflows; to this many lines, or, without a
//                   number, to what is left

import { $, $$ } from "../page/dom.js";
import { on } from "../page/events.js";

/** Font sizes as fractions of the screen's height. Below the least, the last row cannot read them. */
const LEAST = 0.036;
const MOST = 0.15;

/** Whole words first; hyphens, or breaks anywhere, only if they make the text larger by this factor. */
const BREAKS = { whole: 1, hyphens: 1.18, anywhere: 1.7 };

/** @param {HTMLElement} room @param {HTMLElement} words */
const holds = (room, words) =>
  words.scrollHeight <= room.clientHeight && words.scrollWidth <= room.clientWidth && words.offsetHeight <= room.clientHeight;

/**
 * The largest font size with which `room` holds the words, in px; 0 when even the least is too large.
 * @param {HTMLElement} room @param {HTMLElement} words
 */
function largest(room, words) {
  let low = innerHeight * LEAST;
  let high = innerHeight * MOST;
  words.style.fontSize = `${low}px`;
  if (!holds(room, words)) return 0;
  while (high - low > 0.5) {
    const middle = (low + high) / 2;
    words.style.fontSize = `${middle}px`;
    if (holds(room, words)) low = middle;
    else high = middle;
  }
  return low;
}

/** @param {HTMLElement} room */
function fitRoom(room) {
  const words = $(":scope > *", HTMLElement, room);
  if (!words) return;
  const cuts = $$("[data-cut]", HTMLElement, words);
  for (const cut of cuts) clamp(cut, 0);
  let best = { size: 0, way: "anywhere" };
  for (const [way, gain] of Object.entries(BREAKS)) {
    words.dataset.myBreak = way;
    const size = largest(room, words);
    if (size > best.size * gain) best = { size, way };
  }
  words.dataset.myBreak = best.way;
  words.style.fontSize = `${best.size || innerHeight * LEAST}px`;
  if (best.size) return;
  // What is left is known once those of a fixed length have it.
  for (const cut of cuts.sort((one, other) => Number(!one.dataset.cut) - Number(!other.dataset.cut))) {
    const fixed = Number.parseInt(cut.dataset.cut ?? "", 10);
    if (fixed) clamp(cut, fixed);
    else {
      const left = room.clientHeight - (words.scrollHeight - cut.offsetHeight);
      clamp(cut, Math.max(1, Math.floor(left / Number.parseFloat(getComputedStyle(cut).lineHeight))));
    }
  }
}

/** Whole lines only; 0: all of them. @param {HTMLElement} element @param {number} lines */
function clamp(element, lines) {
  element.toggleAttribute("data-my-clamped", lines > 0);
  if (lines) element.style.setProperty("-webkit-line-clamp", String(lines));
  else element.style.removeProperty("-webkit-line-clamp");
}

/** @param {HTMLElement} line */
function fitLine(line) {
  line.style.removeProperty("font-size");
  const has = line.clientWidth;
  const needs = line.scrollWidth;
  if (has && needs > has) line.style.fontSize = `${Math.floor(Number.parseFloat(getComputedStyle(line).fontSize) * (has / needs) * 0.99)}px`;
}

function fitAll() {
  for (const room of $$("[data-fit]")) fitRoom(room);
  for (const line of $$("[data-fit-line]")) fitLine(line);
}

/** Install the listeners; once a page. */
export function start() {
  fitAll();
  // The typeface has arrived: other letters have another width.
  void document.fonts.ready.then(fitAll);
  addEventListener("resize", fitAll);
  on("dom-updated", fitAll);
}
