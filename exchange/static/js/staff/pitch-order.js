// Reordering the pitches: by dragging a row's handle, or by Alt and an arrow key in a row. Both press the row's own form with the
// place where it shall stand; the server's page comes back with the row in its new place, and the focus goes there.

import { $, $$, closest, focused } from "../page/dom.js";

/** @param {HTMLElement} row */
const rowsOf = (row) => $$(":scope > [data-pitch]", HTMLElement, row.parentElement);

/** @param {HTMLElement} row @param {number} place the target position, from 1 */
function moveTo(row, place) {
  const rows = rowsOf(row);
  if (place < 1 || place > rows.length || place === rows.indexOf(row) + 1) return;
  const form = $("[data-pitch-move]", HTMLFormElement, row);
  if (!form) return;
  const field = document.createElement("input");
  field.type = "hidden";
  field.name = "position";
  field.value = String(place);
  form.append(field);
  form.submit();
}

/** @param {PointerEvent} event */
function begin(event) {
  const handle = closest(event.target, "[data-handle]");
  const row = closest(handle, "[data-pitch]");
  if (!handle || !row || event.button !== 0) return;
  event.preventDefault();
  handle.setPointerCapture(event.pointerId);
  const from = event.clientY + scrollY;
  row.setAttribute("data-my-dragged", "");
  let place = rowsOf(row).indexOf(row) + 1;

  /** @param {PointerEvent} move */
  const drag = (move) => {
    row.style.transform = `translateY(${move.clientY + scrollY - from}px)`;
    const others = rowsOf(row).filter((other) => other !== row);
    place = 1 + others.filter((other) => { const box = other.getBoundingClientRect(); return box.top + box.height / 2 < move.clientY; }).length;
    for (const [index, other] of others.entries()) {
      other.toggleAttribute("data-my-drop-before", index === place - 1);
      other.toggleAttribute("data-my-drop-after", index === others.length - 1 && place === others.length + 1);
    }
    if (move.clientY < 90) scrollBy(0, -12);
    else if (move.clientY > innerHeight - 40) scrollBy(0, 12);
  };
  /** @param {Event} last */
  const end = (last) => {
    for (const name of /** @type {const} */ (["pointerup", "pointercancel"])) handle.removeEventListener(name, end);
    handle.removeEventListener("pointermove", drag);
    row.removeAttribute("data-my-dragged");
    row.style.transform = "";
    for (const other of rowsOf(row)) {
      other.removeAttribute("data-my-drop-before");
      other.removeAttribute("data-my-drop-after");
    }
    if (last.type === "pointerup") moveTo(row, place);
  };
  handle.addEventListener("pointermove", drag);
  handle.addEventListener("pointerup", end);
  handle.addEventListener("pointercancel", end);
}

/** Install the listeners; once a page. A page without pitches has none. */
export function start() {
  const list = $("[data-pitches]");
  if (!list) return;
  for (const row of $$("[data-pitch]", HTMLElement, list)) row.tabIndex = 0;
  list.addEventListener("pointerdown", begin);
  list.addEventListener("keydown", (event) => {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    const row = closest(event.target, "[data-pitch]");
    if (!row) return;
    event.preventDefault();
    moveTo(row, rowsOf(row).indexOf(row) + 1 + (event.key === "ArrowUp" ? -1 : 1));
  });
  // The row that was just moved keeps the focus, unless a field that was refused has it.
  const moved = location.hash.startsWith("#pitch-") ? document.getElementById(location.hash.slice(1)) : null;
  if (moved && focused() === document.body) moved.focus();
}
