// What I may still do with my own question: change its words, take it back. <form data-outbox="edit"> goes through the
// outbox; a refusal that comes at once is said in the form, where the text still stands.

import { hold } from "./held.js";
import { discard, put } from "./outbox.js";
import { newKey } from "./post.js";
import { say } from "./say.js";

/** @param {HTMLFormElement} form @param {HTMLElement | null} button */
function submit(form, button) {
  if (form.hasAttribute("data-my-sending")) return;
  const text = form.querySelector("textarea");
  const error = /** @type {HTMLElement} */ (form.querySelector("[data-error]"));
  const key = newKey();
  error.textContent = "";
  form.setAttribute("data-my-sending", "");
  button?.setAttribute("aria-busy", "true");
  const free = () => {
    form.removeAttribute("data-my-sending");
    button?.removeAttribute("aria-busy");
  };
  const close = () => {
    free();
    // What was typed is stored, here or there: nothing is left to be rescued.
    form.reset();
    const details = form.closest("details");
    const inside = details?.contains(document.activeElement);
    if (details) details.open = false;
    if (inside) details?.querySelector("summary")?.focus({ preventScroll: true });
  };
  hold(key, {
    left: close,
    arrived: () => {
      if (text) text.defaultValue = text.value;
      close();
    },
    refused: ({ refused }) => {
      discard(key);
      free();
      error.textContent = refused?.message ?? "";
      say(error.textContent);
    },
  });
  const url = form.getAttribute("action") ?? "";
  const number = /** @type {HTMLElement | null} */ (form.closest("[data-order]"))?.dataset.order ?? "";
  put({ key, what: form.dataset.outbox ?? "", about: url, url, place: number, fields: text ? { text: text.value } : {} });
}

/** Begin. Once a page. */
export function start() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.hasAttribute("data-outbox")) return;
    event.preventDefault();
    submit(form, /** @type {SubmitEvent} */ (event).submitter);
  });
}
