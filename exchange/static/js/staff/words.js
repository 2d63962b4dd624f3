// The sentences that staff's scripts show or announce; they are in the page (staff/_words.html), for its language. And
// whether an element can be seen.

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
 * Whether it is rendered: not filtered out, not in a closed disclosure.
 * @param {Element} element
 * @returns {boolean}
 */
export function isSeen(element) {
  return element.checkVisibility?.() ?? (element instanceof HTMLElement && element.offsetParent !== null);
}
