// After a form of the organiser's was sent its page is loaded anew: scrolled to where it was, with the focus on what was
// pressed, and saying what was done. Without scripts the address leads there (views/pages.py: same_place).

import { say } from "../page/announce.js";
import { $, $$ } from "../page/dom.js";

const KEPT = "exchange.place";
/** After so long another reason has loaded the page. */
const FRESH = 60_000;

/** @typedef {{path: string, at: number, top: number, action: string, name: string, value: string, id: string}} Place */

/** Note where the page is and what was pressed. @param {HTMLFormElement} form @param {HTMLElement | null} button */
function note(form, button) {
  const { name = "", value = "" } = button instanceof HTMLButtonElement ? button : {};
  /** @type {Place} */
  const place = {
    path: location.pathname, at: Date.now(), top: scrollY, action: form.getAttribute("action") ?? "", name, value,
    id: button?.id || (form.closest("[id]:not(main)")?.id ?? ""),
  };
  try { sessionStorage.setItem(KEPT, JSON.stringify(place)); } catch { /* no storage: the page begins at its top */ }
}

/** @returns {Place | null} */
function recall() {
  try {
    const place = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
    sessionStorage.removeItem(KEPT);
    return place?.path === location.pathname && Date.now() - place.at < FRESH ? place : null;
  } catch { return null; }
}

/** What was pressed, or what stands in its place now. @param {Place} place */
function pressedAt(place) {
  const byId = place.id ? document.getElementById(place.id) : null;
  if (byId?.matches("button, [tabindex]")) return byId;
  const forms = $$("form", HTMLFormElement).filter((form) => form.getAttribute("action") === place.action);
  const buttons = forms.flatMap((form) => $$("button", HTMLButtonElement, form));
  return buttons.find(({ name, value }) => name === place.name && value === place.value)
    ?? (byId && $("h2, h3, summary, button, a, input", HTMLElement, byId)) ?? $(".saved");
}

/** Return to the place; once a page, when all that is on it stands. */
export function start() {
  document.addEventListener("submit", ({ target, submitter }) => {
    if (target instanceof HTMLFormElement && target.method === "post") note(target, submitter);
  }, true);
  const saved = $(".saved");
  const place = recall();
  if (!saved) return;
  say($("span", HTMLElement, saved)?.textContent?.trim() ?? saved.textContent?.trim() ?? "");
  if (!place) return;
  scrollTo({ top: place.top, behavior: "instant" });
  const pressed = pressedAt(place);
  if (!pressed) return;
  if (!pressed.matches("button, a, input, summary, [tabindex]")) pressed.tabIndex = -1;
  pressed.focus({ preventScroll: true });
}
