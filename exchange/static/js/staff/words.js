// Small things that all of staff's modules need. The sentences that their pages say stand in the page
// (staff/_words.html), for their language.

/**
 * @param {string} name
 * @param {Record<string, string | number>} [values] fills in {number} and the like
 * @returns {string}
 */
export function words(name, values = {}) {
  const sentence = document.getElementById("words")?.dataset[name] ?? "";
  return sentence.replace(/\{(\w+)\}/g, (all, key) => String(values[key] ?? all));
}

/**
 * Whether it is there to be seen: not filtered out, not in something folded.
 * @param {Element} element
 * @returns {boolean}
 */
export function isSeen(element) {
  return element.checkVisibility?.() ?? (element instanceof HTMLElement && element.offsetParent !== null);
}
