// Small forms that are sent without leaving the page: <form data-send>. Without scripts they post as they always did.
//
//   data-send             the form is sent by fetch; its button is busy meanwhile
//   data-sending="..."    what to say if the line is down (the text stays in the field)
//   <p class="field-error" data-error>   where a refusal is said; without it, a toast
//
// When it is done, the event exchange:sent bubbles up from the form with the answer in `detail`.

import { fieldsOf, newKey, send } from "./post.js";
import { say, toast } from "./say.js";

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} button
 */
export async function sendForm(form, button) {
  if (form.hasAttribute("data-my-sending")) return;
  form.setAttribute("data-my-sending", "");
  button?.setAttribute("aria-busy", "true");
  const error = /** @type {HTMLElement | null} */ (form.querySelector("[data-error]"));
  if (error) error.textContent = "";
  const fields = fieldsOf(form, button);
  // A write that carries a key is told apart from its repetition by it: a fresh one for each press.
  if ("key" in fields) fields.key = newKey();
  const answer = await send(form.getAttribute("action") ?? location.pathname, fields);
  form.removeAttribute("data-my-sending");
  button?.removeAttribute("aria-busy");
  if (answer.ok) {
    // What was typed is now what is stored: nothing is left to be rescued.
    for (const field of form.querySelectorAll("textarea, input")) {
      if (field instanceof HTMLTextAreaElement || (field instanceof HTMLInputElement && field.type === "text")) field.defaultValue = field.value;
    }
    form.reset();
    const details = form.closest("details");
    if (details) {
      details.open = false;
      details.querySelector("summary")?.focus({ preventScroll: true });
    }
    form.dispatchEvent(new CustomEvent("exchange:sent", { bubbles: true, detail: { answer, fields } }));
    return;
  }
  const sentence = answer.message || document.getElementById("main")?.dataset.lineDown || "";
  if (error) error.textContent = sentence;
  else toast(sentence);
  say(error ? sentence : "");
}

/** Begin to listen. Once a page. */
export function start() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.hasAttribute("data-send") || event.defaultPrevented) return;
    event.preventDefault();
    void sendForm(form, /** @type {SubmitEvent} */ (event).submitter);
  });
}
