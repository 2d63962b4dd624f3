// Where a verb needs words it has a panel; a button opens it, one at a time in a question. Without scripts all stand open.

import { $, $$, closest } from "../page/dom.js";
import { emit, on } from "../page/events.js";

/** @param {Element} opener @returns {HTMLElement | null} */
const panelOf = (opener) => document.getElementById(opener.getAttribute("data-opens") ?? "");

/**
 * @param {HTMLElement} panel
 * @param {boolean} open
 */
function set(panel, open) {
  panel.toggleAttribute("data-my-open", open);
  for (const opener of document.querySelectorAll(`[data-opens="${CSS.escape(panel.id)}"]`)) opener.setAttribute("aria-expanded", String(open));
}

/** Open a panel and stay where one is. @param {HTMLElement} panel */
export const reveal = (panel) => set(panel, true);

/**
 * Open a panel and go into its first field, or into the one named.
 * @param {HTMLElement} panel
 * @param {HTMLElement | null} [field]
 * @param {boolean} [byKeys] opened from a keyboard, which is there to go on with
 */
export function open(panel, field, byKeys = false) {
  for (const other of $$(".verb-panel[data-my-open]", HTMLElement, panel.parentElement)) {
    if (other !== panel) set(other, false);
  }
  set(panel, true);
  const first = field ?? $("textarea, input:not([type=hidden]), button", HTMLElement, panel);
  // On glass a keyboard that jumps up hides half of what was just opened; where there is a pointer one goes on typing.
  if (field || byKeys || matchMedia("(hover: hover)").matches) first?.focus({ preventScroll: true });
  panel.scrollIntoView({ block: "nearest" });
  emit("panel-toggled");
}

/**
 * @param {Element | null} card
 * @returns {boolean} whether one was open
 */
export function closeAll(card) {
  const panels = $$(".verb-panel[data-my-open]", HTMLElement, card);
  for (const panel of panels ?? []) set(panel, false);
  if (panels?.length) emit("panel-toggled");
  return Boolean(panels?.length);
}

/** A push writes the server's word for it; the page knows better. */
function remember() {
  for (const panel of $$(".verb-panel[data-my-open]")) set(panel, true);
}

/** Begin. Once a page. */
export function start() {
  document.addEventListener("click", (event) => {
    const opener = closest(event.target, "[data-opens]");
    const panel = opener && panelOf(opener);
    if (!panel) return;
    if (panel.hasAttribute("data-my-open")) {
      set(panel, false);
      emit("panel-toggled");
    } else open(panel, null, event.detail === 0);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const panel = closest(event.target, ".verb-panel[data-my-open]");
    if (!panel) return;
    event.preventDefault();
    closeAll(panel.closest("[data-version]"));
    const opener = $(`[data-opens="${CSS.escape(panel.id)}"]`);
    opener?.focus({ preventScroll: true });
  });
  on("dom-updated", remember);
}
