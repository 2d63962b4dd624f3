// The votes of a question. Counts are pushed alone, without their question, and roll quietly to their new value.

import { $$ } from "../page/dom.js";

/**
 * Every place that shows the votes of a question: data-votes="<id>"; with data-quiet a nought is not shown.
 * @param {string} id
 */
const placesOf = (id) => $$(`[data-votes="${CSS.escape(id)}"]`);

/** What is shown now. @param {string} id */
export const votesOf = (id) => Number(placesOf(id)[0]?.textContent ?? 0);

/**
 * @param {string} id
 * @param {number} votes
 */
export function showVotes(id, votes) {
  for (const place of placesOf(id)) {
    const text = votes === 0 && place.hasAttribute("data-quiet") ? "" : String(votes);
    if (place.textContent === text) continue;
    place.textContent = text;
    place.setAttribute("data-my-roll", "");
    place.addEventListener("animationend", () => place.removeAttribute("data-my-roll"), { once: true });
  }
}
