// Text as large as its box allows, and all of it. Layout is left to the browser; only the font size is searched.
//
//   data-fit         a box; what is in it gets the largest font size with which nothing overflows, by the sizes of that name
//   data-fit-line    one line; it gets smaller until it fits its box
//   data-lines       so many lines at most; with data-shrink it gets smaller before it is cut
//   data-cut         within a box: what is cut when even its floor is too large; to this many lines first, or, without a
//                    number, to what is left
//
// Where a box has no room, in this order: what comes next goes, all but the first and then that; line breaks become separators;
// the text falls below the size that the last row reads; its end is cut, marked, and the stage says where the rest is.

import { $, $$, closest } from "../page/dom.js";
import { on } from "../page/events.js";
import { cut, hasBreaks, restore } from "./shortening.js";

/**
 * `least` is what the last row reads; below `floor` nobody does. In px of this picture.
 * @type {Record<string, () => {most: number, least: number, floor: number}>}
 */
const SIZES = {
  words: () => ({ most: innerHeight * 0.15, least: innerHeight * 0.036, floor: innerHeight * 0.024 }),
  idle: () => {
    const unit = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
    return { most: unit, least: unit * 0.8, floor: unit * 0.5 };
  },
};

/** Whole words first; hyphens, or breaks anywhere, only if they make the text larger by this factor. */
const BREAKS = { hyphens: 1.18, anywhere: 1.7 };

/** Sizes this close look the same. */
const CLOSE = 1.01;

/** What `data-shrink` tries, before it is cut. */
const SHRUNK = ["1", ".9", ".8"];

const range = document.createRange();

/**
 * Whether a box holds what is in it. Letters are measured, not only their lines: those of other scripts are higher, and what
 * runs out at the left is in no scroll width. Both move with an animation, so they are compared with each other.
 * @param {HTMLElement} room @param {HTMLElement} words
 */
function holds(room, words) {
  const box = words.getBoundingClientRect();
  range.selectNodeContents(words);
  const letters = range.getBoundingClientRect();
  const beyond = Math.max(0, box.top - letters.top, letters.bottom - box.bottom);
  return box.height + 2 * beyond <= room.getBoundingClientRect().height + 0.5 && letters.left >= box.left - 0.5 && letters.right <= box.right + 0.5;
}

/** @param {HTMLElement} room */
function fitRoom(room) {
  const words = $(":scope > *", HTMLElement, room);
  const stage = closest(room, "[data-live]");
  const sizes = SIZES[room.dataset.fit ?? ""]?.();
  if (!words || !stage || !sizes) return;
  const texts = $$("[data-cut]", HTMLElement, words);
  const holdsAt = (/** @type {number} */ size, way = "anywhere") => {
    words.dataset.myBreak = way;
    words.style.fontSize = `${size}px`;
    return holds(room, words);
  };
  const takeSteps = () => {
    for (const coming of ["all", "first", "none"]) {
      stage.dataset.myComing = coming;
      if (holdsAt(sizes.least)) return true;
    }
    if (!texts.some(hasBreaks)) return false;
    for (const text of texts) restore(text, true);
    return holdsAt(sizes.least);
  };
  if (takeSteps()) enlarge(sizes.least, sizes.most, holdsAt);
  else if (holdsAt(sizes.floor)) enlarge(sizes.floor, sizes.least, holdsAt);
  else {
    stage.dataset.myCut = "";
    // What is left is known once those of a fixed length have it.
    for (const text of texts.sort((one, other) => Number(!one.dataset.cut) - Number(!other.dataset.cut))) {
      if (holds(room, words)) break;
      const lines = Number.parseInt(text.dataset.cut ?? "", 10);
      const held = () => (lines ? linesOf(text) <= lines : holds(room, words));
      if (!held()) cut(text, held);
    }
  }
}

/**
 * The largest font size between `least`, which holds, and `most`; by whole words, if that costs little of it.
 * @param {number} least @param {number} most
 * @param {(size: number, way: string) => boolean} holdsAt
 */
function enlarge(least, most, holdsAt) {
  const largest = (/** @type {string} */ way, /** @type {number} */ from) => {
    if (from > most || !holdsAt(from, way)) return 0;
    let low = from;
    let high = most;
    while (high / low > CLOSE) {
      const middle = Math.sqrt(low * high);
      if (holdsAt(middle, way)) low = middle;
      else high = middle;
    }
    return low;
  };
  let best = { size: largest("whole", least), way: "whole" };
  for (const [way, gain] of Object.entries(BREAKS)) {
    const size = largest(way, best.size ? best.size * gain : least);
    if (size) best = { size, way };
  }
  holdsAt(best.size || least, best.way);
}

/** @param {HTMLElement} element */
function linesOf(element) {
  const style = getComputedStyle(element);
  const padding = Number.parseFloat(style.paddingBlockStart) + Number.parseFloat(style.paddingBlockEnd);
  return Math.round((element.clientHeight - padding) / Number.parseFloat(style.lineHeight));
}

/** @param {HTMLElement} element */
function fitLines(element) {
  const most = Number.parseInt(element.dataset.lines ?? "", 10);
  const held = () => linesOf(element) <= most;
  for (const size of "shrink" in element.dataset ? SHRUNK : ["1"]) {
    element.style.setProperty("--my-size", size);
    if (held()) return;
  }
  cut(element, held);
  const stage = closest(element, "[data-live]");
  // Of those to come their number says enough.
  if (stage && "shrink" in element.dataset) stage.dataset.myCut = "";
}

/**
 * @param {HTMLElement} line
 *
 * Where letters have whole pixels a line does not shrink as its font does: a second look, or a third.
 */
function fitLine(line) {
  line.style.removeProperty("font-size");
  for (let looks = 3; looks > 0 && line.scrollWidth > line.clientWidth && line.clientWidth; looks -= 1) {
    const size = Number.parseFloat(getComputedStyle(line).fontSize) * (line.clientWidth / line.scrollWidth);
    line.style.fontSize = `${Math.floor(size * 0.99)}px`;
  }
}

function fitAll() {
  for (const stage of $$("[data-my-cut], [data-my-coming]")) {
    delete stage.dataset.myCut;
    delete stage.dataset.myComing;
  }
  for (const text of $$("[data-cut], [data-lines]")) restore(text);
  for (const line of $$("[data-fit-line]")) fitLine(line);
  for (const text of $$("[data-lines]")) fitLines(text);
  for (const room of $$("[data-fit]")) fitRoom(room);
}

/** Install the listeners; once a page. */
export function start() {
  fitAll();
  // The typeface has arrived: other letters have another width.
  void document.fonts.ready.then(fitAll);
  addEventListener("resize", fitAll);
  on("dom-updated", fitAll);
}
