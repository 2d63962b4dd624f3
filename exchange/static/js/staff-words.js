// The sentences that staff's pages say: they stand in the page (staff/_words.html), for their language.

/**
 * @param {string} name
 * @param {Record<string, string | number>} [values] fills in {number} and the like
 * @returns {string}
 */
export function words(name, values = {}) {
  const sentence = document.getElementById("words")?.dataset[name] ?? "";
  return sentence.replace(/\{(\w+)\}/g, (all, key) => String(values[key] ?? all));
}
