// The organiser's page. It works without this; here links are copied with one press, sheets are printed, and what is pressed
// without a connection waits for it.

import { fieldsOf } from "./outbox/post.js";
import { say, toast } from "./page/announce.js";
import { $$, byId, onSubmit } from "./page/dom.js";
import { on } from "./page/events.js";
import { start as keepPlace } from "./page/language.js";
import { start as ignoreSecondHalves } from "./staff/double-click.js";
import { start as attendFolding } from "./staff/folding.js";
import { start as showListImport } from "./staff/list-import.js";
import { start as showWaits } from "./staff/pending-notices.js";
import { start as returnToPlace } from "./staff/same-place.js";
import { start as attendPitches } from "./staff/pitch-order.js";
import { entries, put, twinOf, wake } from "./staff/pending-writes.js";
import { labelOf } from "./staff/words.js";

document.documentElement.dataset.js = "";
keepPlace();
ignoreSecondHalves();

/** Open every disclosure around the address's target. */
function openTarget() {
  const target = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
  if (!target) return;
  for (let details = target.closest("details"); details; details = details.parentElement?.closest("details") ?? null) details.open = true;
  (target.closest("details") ?? target).scrollIntoView({ block: "nearest" });
}

/**
 * On plain http in a LAN there is no clipboard API; execCommand works from a selected field.
 * @param {HTMLInputElement} field
 * @returns {Promise<boolean>}
 */
async function copy(field) {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(field.value);
      return true;
    }
  } catch { /* not allowed */ }
  field.select();
  return document.execCommand("copy");
}

for (const button of $$("[data-copy]", HTMLButtonElement)) {
  button.hidden = false;
  // The name's end, for those who hear it, stays.
  const words = button.firstChild;
  const label = words?.nodeValue ?? "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  button.addEventListener("click", async () => {
    const field = byId(button.dataset.copy, HTMLInputElement);
    if (!field || !(await copy(field))) return;
    const done = button.dataset.copied ?? "";
    if (words) words.nodeValue = done;
    say(done);
    clearTimeout(timer);
    timer = setTimeout(() => { if (words) words.nodeValue = label; }, 2500);
  });
}

for (const field of $$(".link-field > input", HTMLInputElement)) {
  field.addEventListener("focus", () => field.select());
}

for (const button of $$("[data-print]", HTMLButtonElement)) {
  button.addEventListener("click", () => print());
}

// ---- writes --------------------------------------------------------------------------------------------------------

onSubmit("[data-wait]", (form, button) => {
  const url = form.getAttribute("action") ?? "";
  const fields = fieldsOf(form, button);
  if (twinOf(url, fields)) {
    wake();
    return;
  }
  button?.setAttribute("aria-busy", "true");
  const free = () => button?.removeAttribute("aria-busy");
  put(
    { url, fields, about: "event", verb: "organise", what: labelOf(button), said: "" },
    { waits: free, done(answer) { free(); if (!answer.ok) toast(answer.message, { seconds: 10 }); } },
  );
});

on("pending-settled", ({ entry, answer }) => {
  if (!answer.ok || entries().some((other) => !other.refused)) return;
  const [, passes] = /^\/organise\/passes\/(\d+)/.exec(entry.url) ?? [];
  const [, verb = ""] = /\/(phase|moderation|undo)$/.exec(entry.url) ?? [];
  const address = new URL(location.href);
  for (const name of ["change", "done"]) address.searchParams.delete(name);
  if (verb && verb !== "undo") address.searchParams.set("change", String(answer.body.change));
  if (verb) address.searchParams.set("done", verb === "undo" ? "undone" : verb);
  address.hash = passes ? `pass-${passes}` : "";
  // This page watches no room: reload it, opened where something was done, saying what.
  history.replaceState(history.state, "", address);
  location.reload();
});

showWaits();
attendPitches();
showListImport();
attendFolding();
openTarget();
returnToPlace();
addEventListener("hashchange", openTarget);
