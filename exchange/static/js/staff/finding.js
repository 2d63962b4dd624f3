// Whoever types the number of a question or the label of a stand sees beside the field which one it is.

import { $, $$, byId, closest } from "../page/dom.js";
import { on } from "../page/events.js";
import { words } from "./words.js";

/** @param {HTMLInputElement} field */
function show(field) {
  const place = field.form?.querySelector(`#${CSS.escape(field.getAttribute("aria-describedby") ?? "")}`);
  if (!place) return;
  place.textContent = field.value ? (field.dataset.finds === "stand" ? standOf(field.value) : questionOf(field)) : "";
}

/** @param {string} label */
function standOf(label) {
  const option = $(`:is(#filter-stand, #stands) option[value="${CSS.escape(label.trim())}" i]`, HTMLOptionElement);
  return option?.textContent?.trim() ?? words("noStand");
}

/** @param {HTMLInputElement} field */
function questionOf(field) {
  const found = [...document.querySelectorAll(`[data-number="${CSS.escape(field.value)}"]`)].find((card) => !card.contains(field));
  const proposed = $(`.alike-one[value="${CSS.escape(field.value)}"] .alike-text`, HTMLElement, field.closest("[data-part=merge]:is(section)"));
  const text = (found?.querySelector(".question-text") ?? proposed)?.textContent?.trim() ?? "";
  // The page of one question knows few others: it says nothing of those that it does not show.
  if (!text && byId("one")) return "";
  return text ? (text.length > 120 ? `${text.slice(0, 118)} …` : text) : words("noNumber");
}

/** Install the listeners; once a page. */
export function start() {
  document.addEventListener("input", (event) => {
    if (event.target instanceof HTMLInputElement && event.target.dataset.finds) show(event.target);
  });
  // What was typed may be the label of another stand by now, or the number of a question that has come.
  on("dom-updated", () => $$("input[data-finds]", HTMLInputElement).forEach(show));
  document.addEventListener("reset", (event) => {
    for (const place of $$("[data-found]", HTMLElement, closest(event.target, "form"))) place.textContent = "";
  });
}
