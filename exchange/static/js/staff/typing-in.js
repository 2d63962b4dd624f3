// A question asked aloud or on paper is typed in: one press opens the field, one sends. phone/asking.js sees to its safe arrival.

import { toast } from "../page/announce.js";
import { $, $$ } from "../page/dom.js";
import { on } from "../page/events.js";
import { words } from "./words.js";

/** Open the field, from wherever one is. */
export function typeIn() {
  const details = $("[data-type-in]", HTMLDetailsElement);
  if (details) details.open = true;
}

/** Begin. Once a page. */
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
    // Not yet sent, or not yet arrived: it is not left behind closed doors.
    if (field?.value) details.open = true;
  }
}
