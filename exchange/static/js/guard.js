// No press meant for one thing may hit another. Two dangers: a list that moved under the finger just before it came down,
// and the second tap of a double tap, which would land on the question that has moved up.

/** How long after a shift a press may still have been aimed at what was there before: about a human reaction. */
const REACTION = 350;
/** How long after a press on one question presses on another one are taken for its second tap. */
const DOUBLE = 450;

/** @type {WeakMap<Element, number>} where each question stood on the glass */
const tops = new WeakMap();
/** @type {WeakMap<Element, number>} when it was last moved by news */
const shifted = new WeakMap();
let pressedAt = 0;
let byPointer = false;
/** @type {{card: Element | null, at: number}} */
let last = { card: null, at: -Infinity };

const cards = () => document.querySelectorAll("[data-lists] > [data-version]");

/** @param {boolean} news */
function survey(news) {
  const now = performance.now();
  for (const card of cards()) {
    const top = card.getBoundingClientRect().top;
    const before = tops.get(card);
    if (news && before !== undefined && Math.abs(top - before) > 8) shifted.set(card, now);
    tops.set(card, top);
  }
}

/**
 * Whether a press on this question is to be taken seriously; remembers it if so.
 * @param {Element | null} card
 */
export function meant(card) {
  const now = performance.now();
  if (byPointer && card && last.card && last.card !== card && now - last.at < DOUBLE) return false;
  last = { card, at: now };
  return true;
}

/** Begin. Once a page. */
export function start() {
  survey(false);
  let planned = false;
  const soon = () => {
    if (planned) return;
    planned = true;
    requestAnimationFrame(() => { planned = false; survey(false); });
  };
  document.addEventListener("exchange:placed", () => survey(true));
  document.addEventListener("exchange:opened", soon);
  document.addEventListener("toggle", soon, true);
  addEventListener("scroll", soon, { capture: true, passive: true });
  addEventListener("resize", soon);
  addEventListener("pointerdown", () => { pressedAt = performance.now(); byPointer = true; }, true);
  addEventListener("keydown", () => { byPointer = false; }, true);
  addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    const card = byPointer && target.closest?.("button, summary") ? target.closest("[data-version]") : null;
    const at = card ? shifted.get(card) : undefined;
    if (at === undefined || pressedAt < at || pressedAt - at > REACTION) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
}
