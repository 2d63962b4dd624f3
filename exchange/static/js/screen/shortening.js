// What is shown of a text, where the whole of it has no room: blank lines fold, line breaks become separators, the end is cut.
// The whole text is kept beside, for the next picture has another size.

/** What was put in place of a text. @type {WeakMap<Text, {whole: string, shown: string}>} */
const shortened = new WeakMap();

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** So many letters may be given up for the end of a word. */
const WORD = 20;

/** @param {Element} element */
function textNodes(element) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) found.push(/** @type {Text} */ (node));
  return found;
}

/** @param {Text} node */
function wholeOf(node) {
  const known = shortened.get(node);
  // Morphing has put another text here.
  return known?.shown === node.data ? known.whole : node.data;
}

/** @param {Text} node @param {string} text */
function show(node, text) {
  const whole = wholeOf(node);
  if (node.data !== text) node.data = text;
  shortened.set(node, { whole, shown: text });
}

/** Where one line went on to the next, and neither a full stop nor another sign says so. @param {string} text */
const joinLines = (text) => text.replace(/(.)\n/gsu, (_, last) => (/[\p{P}\p{S}]/u.test(last) ? `${last} ` : `${last} · `));

/**
 * The whole text again: several line breaks as one, or as separators.
 * @param {Element} element
 * @param {boolean} [joined]
 */
export function restore(element, joined = false) {
  for (const node of textNodes(element)) {
    const whole = wholeOf(node);
    // Between elements white space only holds them apart.
    if (!whole.trim()) continue;
    const folded = whole.replace(/[^\S\n\r]*[\n\r]\s*/g, "\n");
    show(node, joined ? joinLines(folded.trim()) : folded);
  }
}

/** @param {Element} element */
export const hasBreaks = (element) => textNodes(element).some((node) => wholeOf(node).trim().includes("\n"));

/**
 * Cut at the end, with a mark, to the most that holds.
 * @param {Element} element
 * @param {() => boolean} holds
 */
export function cut(element, holds) {
  const nodes = textNodes(element);
  if (!nodes.length) return;
  const parts = nodes.map((node) => node.data);
  const whole = parts.join("");
  const ends = [...graphemes.segment(whole)].map(({ index }) => index);
  const showUntil = (/** @type {number} */ end) => {
    let left = end;
    /** @type {boolean} */
    let marked = false;
    for (const [index, node] of nodes.entries()) {
      const text = parts[index].slice(0, Math.max(0, left));
      /** @type {boolean} */
      const isLast = !marked && left <= parts[index].length;
      // Signs that lead on to what is not there; unless there is nothing else.
      const kept = text.replace(/[\s·,;:–—-]+$/u, "") || text.trimEnd();
      show(node, isLast ? `${kept}…` : marked ? "" : text);
      marked ||= isLast;
      left -= parts[index].length;
    }
  };
  let low = 0;
  let high = ends.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    showUntil(ends[middle]);
    if (holds()) low = middle;
    else high = middle - 1;
  }
  const end = ends[low] ?? 0;
  // Of a name beside another one something is left.
  let start = 0;
  for (let index = 0; start + parts[index].length < end; index++) start += parts[index].length;
  const word = whole.slice(start, end + 1).search(/(?<=\S)\s+\S*$/u) + start;
  showUntil(word > start && end - word <= WORD ? word : end);
}
