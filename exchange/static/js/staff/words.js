// The sentences that staff's scripts show or announce; they are in the page (staff/_words.html), for its language. And
// whether an element can be seen.

/**
 * @param {string} name
 * @param {Record<string, string | number>} [values] fills in {number} and the like
 * @returns {string}
 */
export function words(name, values = {}) {
  // dataset knows data-redact-answer as redactAnswer.
  const key = name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
  const sentence = document.getElementById("words")?.dataset[key] ?? "";
  return sentence.replace(/\{(\w+)\}/g, (all, value) => isolated(String(values[value] ?? all)));
}

/**
 * Words that run from the right order nothing but themselves in a sentence of ours (as isolated() in exchange/sentences.py).
 * @param {string} value
 */
const isolated = (value) => (/[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/.test(value) ? `\u2068${value}\u2069` : value);

/**
 * A button's label as it is seen: without the end of its name, which is for those who hear it, and without its key.
 * @param {Element | null | undefined} button
 */
export function labelOf(button) {
  const copy = button?.cloneNode(true);
  if (!(copy instanceof Element)) return "";
  for (const unseen of copy.querySelectorAll(".visually-hidden, i, kbd")) unseen.remove();
  return (copy.textContent ?? "").replace(/\s+/g, " ").trim();
}

/**
 * Whether it is rendered: not filtered out, not in a closed disclosure.
 * @param {Element} element
 * @returns {boolean}
 */
export function isSeen(element) {
  return element.checkVisibility?.() ?? (element instanceof HTMLElement && element.offsetParent !== null);
}
