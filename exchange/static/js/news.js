// What changed, said once for those who listen: a question goes live, mine is answered. The sentence is in the page, as
// data-say on the element; a sentence that was there from the start is not read out.

import { say } from "./say.js";

/** @type {Map<string, string>} */
const known = new Map();

/** The sentences that were not there before. */
function learn() {
  const news = [];
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-say][id]"))) {
    const sentence = element.dataset.say ?? "";
    const before = known.get(element.id);
    if (before !== undefined && before !== sentence && sentence) news.push(sentence);
    known.set(element.id, sentence);
  }
  return news;
}

/** Begin. Once a page. */
export function start() {
  learn();
  document.addEventListener("exchange:placed", () => say(learn().join(" "), { keep: true }));
}
