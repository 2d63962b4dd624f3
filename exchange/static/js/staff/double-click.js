// The second half of a double click does nothing: by then another question's button may have moved under the pointer, or
// the same button may do something else. What is a double click the browser counts, for whoever needs longer has told the
// system so; taps are not counted everywhere, so two of them at one place shortly after another are one. The first half may
// have been on the page before: a form that was sent has led here. Keys, whose clicks count 0, are never held.

import { closest } from "../page/dom.js";

/** What a click does something to. */
const CONTROLS = "button, a, summary, label, input, select, textarea, [data-version]";
/** What must not be done twice even where nothing moved. Moving by one place may: it is pressed again and again. */
const ACTS = "[formaction], [type=submit], [data-opens], button:not([type])";
/** Milliseconds: longer than the slowest double click that a system can be set to. */
const SLOWEST = 1000;
/** For two taps, and how many pixels apart. */
const TAPS = 600;
const NEAR = 24;
const KEPT = "exchange.pressed";

/** Milliseconds on a clock that goes on from page to page. */
const clock = () => performance.timeOrigin + performance.now();

/** The latest press that counted. @type {{control: Element | null, at: number, x: number, y: number} | null} */
let last = null;
let pointer = "mouse";

/** @param {MouseEvent} event */
function isSecondHalf({ detail, clientX, clientY }) {
  if (detail === 2 || !last) return detail > 1;
  const since = clock() - last.at;
  // Whoever clicks on and on is heard once in a while.
  if (detail > 2) return since < SLOWEST;
  return pointer !== "mouse" && since < TAPS && Math.hypot(clientX - last.x, clientY - last.y) < NEAR;
}

/** @param {MouseEvent} event */
function hear(event) {
  if (event.detail === 0) return;
  const control = closest(event.target, CONTROLS, Element);
  if (isSecondHalf(event) && control && (control !== last?.control || control.matches(ACTS))) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  last = { control, at: clock(), x: event.clientX, y: event.clientY };
}

/** The next page shall know of a press that led to it. */
function keep() {
  if (!last) return;
  const { at, x, y } = last;
  try { sessionStorage.setItem(KEPT, JSON.stringify({ at, x, y })); } catch { /* no storage */ }
}

function recall() {
  try {
    const { at, x, y } = JSON.parse(sessionStorage.getItem(KEPT) ?? "");
    sessionStorage.removeItem(KEPT);
    last = { control: null, at, x, y };
  } catch { /* none was kept */ }
}

/** Install the listeners; once a page. */
export function start() {
  recall();
  addEventListener("pointerdown", ({ pointerType }) => { pointer = pointerType; }, { capture: true, passive: true });
  addEventListener("click", hear, { capture: true });
  addEventListener("pagehide", keep);
}
