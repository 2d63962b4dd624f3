// Words as large as their room allows. Typography is left to the browser; only the size is sought.
//
//   data-fit        a room; what stands in it gets the largest letters with which nothing runs over
//   data-fit-line   one line; it gets smaller until it is as wide as its place
//   data-cut        within a room: what may be cut at its end when even the smallest letters are too large

/** Sizes as parts of the screen's height. Below the least, nobody in the last row reads them. */
const LEAST = 0.03;
const MOST = 0.15;

/** A word is broken only where that makes all the others this much larger. */
const WORTH_A_BREAK = 1.18;

/** @param {HTMLElement} room @param {HTMLElement} words */
const holds = (room, words) =>
  words.scrollHeight <= room.clientHeight && words.scrollWidth <= room.clientWidth && words.offsetHeight <= room.clientHeight;

/**
 * The largest size that `room` holds, in px; 0 when even the least is too large.
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
  const words = /** @type {HTMLElement | null} */ (room.firstElementChild);
  if (!words) return;
  const cut = /** @type {HTMLElement | null} */ (words.querySelector("[data-cut]"));
  if (cut) cut.style.removeProperty("max-height");
  // Whole words first; then the language's own breaks; then anywhere, for what is no word at all.
  let best = { size: 0, way: "whole" };
  for (const way of ["whole", "hyphens", "anywhere"]) {
    words.dataset.myBreak = way;
    const size = largest(room, words);
    if (size > best.size * (best.size ? WORTH_A_BREAK : 1)) best = { size, way };
  }
  words.dataset.myBreak = best.size ? best.way : "anywhere";
  words.style.fontSize = `${best.size || innerHeight * LEAST}px`;
  if (!best.size && cut) shorten(room, words, cut);
}

/**
 * Whole lines only.
 * @param {HTMLElement} room @param {HTMLElement} words @param {HTMLElement} cut
 */
function shorten(room, words, cut) {
  const line = Number.parseFloat(getComputedStyle(cut).lineHeight);
  const left = room.clientHeight - (words.scrollHeight - cut.offsetHeight);
  const lines = Math.max(1, Math.floor(left / line));
  cut.style.setProperty("max-height", `${lines * line}px`);
  cut.style.setProperty("-webkit-line-clamp", String(lines));
}

/** @param {HTMLElement} line */
function fitLine(line) {
  line.style.removeProperty("font-size");
  const has = line.clientWidth;
  const needs = line.scrollWidth;
  if (has && needs > has) line.style.fontSize = `${Math.floor(Number.parseFloat(getComputedStyle(line).fontSize) * (has / needs) * 0.99)}px`;
}

function fitAll() {
  for (const room of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-fit]"))) fitRoom(room);
  for (const line of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-fit-line]"))) fitLine(line);
}

/** Begin. Once a page. */
export function start() {
  fitAll();
  // Letters of another typeface have another width.
  void document.fonts.ready.then(fitAll);
  addEventListener("resize", fitAll);
  document.addEventListener("exchange:placed", fitAll);
}
