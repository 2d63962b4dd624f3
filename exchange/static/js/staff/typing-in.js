// Typing in a question that was asked aloud or on paper: one press opens the form, one sends. The form itself is led by
// phone/asking.js.

import { toast } from "../page/announce.js";
import { $, $$ } from "../page/dom.js";
import { on } from "../page/events.js";
import { words } from "./words.js";

/** Open the form. */
export function typeIn() {
  const details = $("[data-type-in]", HTMLDetailsElement);
  if (details) details.open = true;
}

/** Install the listeners; once a page. */
export function start() {
  for (const details of $$("[data-type-in]", HTMLDetailsElement)) {
    const field = details.querySelector("textarea");
    details.addEventListener("toggle", () => { if (details.open) field?.focus(); });
    on("question-asked", ({ form, number }) => {
      if (!details.contains(form)) return;
      details.open = false;
      details.querySelector("summary")?.focus({ preventScroll: true });
      toast(words("asked", { number }));
    });
    details.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !details.open) return;
      event.stopPropagation();
      details.open = false;
      details.querySelector("summary")?.focus();
    });
    // A draft, or a question that has not arrived, must be in sight.
    if (field?.value) details.open = true;
  }
}
