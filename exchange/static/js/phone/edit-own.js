// Editing and withdrawing my own question. <form data-outbox="edit"> is sent through the outbox; a refusal that comes at
// once is shown in the form, where the text still is. Drafts survive a reload.

import { newKey } from "../outbox/post.js";
import { drafts } from "../outbox/storage.js";
import { say } from "../page/announce.js";
import { $$, closest, must, onSubmit } from "../page/dom.js";
import { on } from "../page/events.js";
import { discard, follow, put } from "./outbox.js";

/** @param {HTMLFormElement} form */
const draftOf = (form) => `exchange.draft ${form.getAttribute("action")}`;

/** Put drafts back into their forms, once a form. */
function restoreDrafts() {
  for (const form of $$("form[data-outbox]:not([data-my-known])", HTMLFormElement)) {
    form.setAttribute("data-my-known", "");
    const text = form.querySelector("textarea");
    const words = text && drafts.read(draftOf(form));
    if (!text || typeof words !== "string" || text.value !== text.defaultValue) continue;
    text.value = words;
    form.closest("details")?.setAttribute("open", "");
  }
}

/** @param {HTMLFormElement} form @param {HTMLElement | null} button */
function submit(form, button) {
  if (form.hasAttribute("data-my-sending")) return;
  const text = form.querySelector("textarea");
  const error = must("[data-error]", HTMLElement, form);
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
    // The text is stored, here or on the server: it need not be rescued when the form goes.
    form.reset();
    drafts.write(draftOf(form), null);
    const details = form.closest("details");
    const inside = details?.contains(document.activeElement);
    if (details) details.open = false;
    if (inside) details?.querySelector("summary")?.focus({ preventScroll: true });
  };
  follow(key, {
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
  const number = closest(form, "[data-order]")?.dataset.order ?? "";
  put({ key, what: form.dataset.outbox ?? "", about: url, url, place: number, fields: text ? { text: text.value } : {} });
}

/** Install the listeners; once a page. */
export function start() {
  restoreDrafts();
  on("dom-updated", restoreDrafts);
  document.addEventListener("input", (event) => {
    const text = closest(event.target, "[data-outbox] textarea", HTMLTextAreaElement);
    if (!text?.form) return;
    const { value, defaultValue } = text;
    drafts.write(draftOf(text.form), value.trim() && value !== defaultValue ? value : null);
  });
  onSubmit("[data-outbox]", submit);
}
