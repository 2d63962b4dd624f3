// The organiser's page. It works without this; here links are copied with one press, and sheets printed.

import { say } from "./say.js";

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

openTarget();
addEventListener("hashchange", openTarget);
