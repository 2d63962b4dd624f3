// Suggestions for the field that asks where somebody comes from: a long list is fetched when the field gets the focus, once.
// Without scripts, or without a connection, the field is a field. Only pages with so long a list load this.

import { closest, must } from "./page/dom.js";

/** @param {HTMLInputElement} field */
async function suggest(field) {
  const address = field.dataset.suggest ?? "";
  delete field.dataset.suggest;
  try {
    const response = await fetch(address, { headers: { Accept: "application/json" } });
    /** @type {{municipalities: string[]}} */
    const { municipalities } = await response.json();
    const list = must(`#${CSS.escape(field.getAttribute("list") ?? "")}`, HTMLDataListElement);
    list.replaceChildren(...municipalities.map((name) => {
      const option = document.createElement("option");
      option.value = name;
      return option;
    }));
  } catch {
    // Next time it gets the focus.
    field.dataset.suggest = address;
  }
}

document.addEventListener("focusin", (event) => {
  const field = closest(event.target, "input[data-suggest]");
  if (field instanceof HTMLInputElement) void suggest(field);
});
