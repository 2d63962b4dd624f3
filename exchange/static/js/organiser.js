// The organiser's page. It works without this; here links are copied with one press, sheets printed, and what is pressed
// without a line waits for it.

import { fieldsOf } from "./outbox/post.js";
import { say, toast } from "./page/announce.js";
import { entries, put, twinOf, wake } from "./staff/pending-writes.js";
import { start as showWaits } from "./staff/pending-notices.js";

document.documentElement.dataset.js = "";

/** What the address names is opened, however deep it is folded away. */
function openTarget() {
  const target = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
  if (!target) return;
  for (let details = target.closest("details"); details; details = details.parentElement?.closest("details") ?? null) details.open = true;
  (target.closest("details") ?? target).scrollIntoView({ block: "nearest" });
}

/**
 * On plain http in a LAN there is no clipboard to write to; the old way works from a selected field.
 * @param {HTMLInputElement} field
 * @returns {Promise<boolean>}
 */
async function copy(field) {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(field.value);
      return true;
    }
  } catch { /* not allowed: the old way, then */ }
  field.select();
  return document.execCommand("copy");
}

for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-copy]"))) {
  button.hidden = false;
  const words = button.textContent ?? "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy ?? "");
    if (!(field instanceof HTMLInputElement) || !(await copy(field))) return;
    const done = button.dataset.copied ?? "";
    button.textContent = done;
    say(done);
    clearTimeout(timer);
    timer = setTimeout(() => { button.textContent = words; }, 2500);
  });
}

for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll(".link-field > input"))) {
  field.addEventListener("focus", () => field.select());
}

for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-print]"))) {
  button.addEventListener("click", () => print());
}

// ---- writes --------------------------------------------------------------------------------------------------------

document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (!form.hasAttribute("data-wait")) return;
  event.preventDefault();
  const button = /** @type {HTMLElement | null} */ (/** @type {SubmitEvent} */ (event).submitter);
  const url = form.getAttribute("action") ?? "";
  const fields = fieldsOf(form, button);
  if (twinOf(url, fields)) {
    wake();
    return;
  }
  button?.setAttribute("aria-busy", "true");
  const free = () => button?.removeAttribute("aria-busy");
  put(
    { url, fields, about: "event", verb: "organise", what: button?.textContent?.trim() ?? "", said: "" },
    { waits: free, done(answer) { free(); if (!answer.ok) toast(answer.message, { seconds: 10 }); } },
  );
});

document.addEventListener("exchange:waited", (event) => {
  const { entry, answer } = /** @type {CustomEvent} */ (event).detail;
  if (!answer.ok || entries().some((other) => !other.refused)) return;
  const [, passes, event_] = /^\/organise\/(?:passes\/(\d+)|([^/]+))/.exec(entry.url) ?? [];
  // This page hears no news: it is read anew, and opened where something was done.
  history.replaceState(history.state, "", passes ? `#pass-${passes}` : `#${event_}`);
  location.reload();
});

showWaits();
openTarget();
addEventListener("hashchange", openTarget);
