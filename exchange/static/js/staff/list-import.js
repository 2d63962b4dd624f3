// A stand list that is sent: a file that is too large is said before it travels, and a comparison shows how far it is.
// Without this the server says the first, and the page asks again by itself.

import { $$ } from "../page/dom.js";

const EVERY_MS = 300;

/** @param {HTMLInputElement} field */
function sayTooLarge(field) {
  const error = document.getElementById("file-error");
  const file = field.files?.[0];
  const tooLarge = Boolean(file && file.size > Number(field.dataset.most));
  field.setCustomValidity(tooLarge ? field.dataset.tooLarge ?? "" : "");
  if (error) error.textContent = field.validationMessage;
}

/** @param {HTMLElement} box */
async function follow(box) {
  const bar = box.querySelector("progress");
  try {
    const answer = await fetch(box.dataset.listProgress ?? "", { headers: { Accept: "application/json" } });
    const told = await answer.json();
    if (bar && typeof told.share === "number") bar.value = told.share;
    if (told.done || !answer.ok) {
      location.reload();
      return;
    }
  } catch { /* No connection: it is asked again. */ }
  setTimeout(() => void follow(box), EVERY_MS);
}

export function start() {
  for (const field of $$("input[type=file][data-most]", HTMLInputElement)) {
    field.addEventListener("change", () => sayTooLarge(field));
  }
  for (const box of $$("[data-list-progress]", HTMLElement)) void follow(box);
  for (const form of $$("form[data-once], form[data-list-form]", HTMLFormElement)) {
    form.addEventListener("submit", (event) => {
      const button = form.querySelector("button");
      if (button?.getAttribute("aria-busy") === "true") event.preventDefault();
      button?.setAttribute("aria-busy", "true");
    });
  }
  // Back from a page that was left while it was sent.
  addEventListener("pageshow", () => {
    for (const button of $$("form[data-once] button, form[data-list-form] button", HTMLButtonElement)) button.removeAttribute("aria-busy");
  });
}
