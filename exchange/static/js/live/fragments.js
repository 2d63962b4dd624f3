// How news lands on a page. The only module that turns text into elements.
//
// A fragment is one or more elements; each says by itself where it belongs (docs/protocol.md):
//   id            what it is: an element of this id is replaced, never doubled
//   data-version  an older version never replaces a newer one
//   data-list     the list it belongs into: the container whose data-lists names it, else it leaves the page
//   data-order    its place there, ascending; data-sort="desc" on the container turns that round
//   data-gone     it is taken away
//   data-limit, data-rest   on a container: how much of its list it shows at most, and how much it does not (list-ends.js)
// and in regions that are read again:
//   data-live     with an id: this region follows the page when it is read anew
//   data-keep     within one: this part is led by the browser and left alone (a form on its way, an error's place)
//   data-my-...   attributes that scripts have set; they are left alone, classes are not
//
// An element is not swapped but changed into the new one, node by node. So whatever a reader has typed, opened,
// ticked or focused stays theirs, without having to be carried over.

import { $$, focused } from "../page/dom.js";
import { emit } from "../page/events.js";
import { rescue } from "../page/rescue.js";
import { countRest, isOutside, keepLength, someAreCut } from "./list-ends.js";

/** @typedef {{createHTML(html: string): string}} Policy */

/** @type {Policy} */
const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("exchange", {
  createHTML: (/** @type {string} */ html) => html,
}) ?? { createHTML: (/** @type {string} */ html) => html };

/** Whether a finger or button is down, and what waits for it to be lifted. */
let pressed = false;
/** @type {(() => void)[]} */
const waiting = [];
let pressedAt = 0;
/** Some releases are never told: the browser's own menu swallows them. */
const HELD_AT_MOST = 3000;

const runWaiting = () => waiting.splice(0).forEach((work) => work());

const released = () => {
  // After the click that follows the pointer's release, so that nothing moves away from under it.
  setTimeout(() => {
    pressed = false;
    runWaiting();
  }, 0);
};
addEventListener("pointerdown", () => { pressed = true; pressedAt = performance.now(); }, { capture: true, passive: true });
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, released, { capture: true, passive: true });
addEventListener("blur", released);

/**
 * Run now, or as soon as no finger is down: nothing glides away from under it. Order is kept.
 * @param {() => void} work
 */
export function whenPointerIsUp(work) {
  const left = pressed ? HELD_AT_MOST - (performance.now() - pressedAt) : 0;
  waiting.push(work);
  if (left <= 0) runWaiting();
  else if (waiting.length === 1) setTimeout(runWaiting, left);
}

/**
 * The elements of a pushed fragment, not yet in the page.
 * @param {string} html
 * @returns {HTMLElement[]}
 */
function parse(html) {
  const holder = document.createElement("template");
  holder.innerHTML = policy.createHTML(html);
  return [...holder.content.children].filter((child) => child instanceof HTMLElement);
}

/**
 * A whole page, inert.
 * @param {string} html
 * @returns {Document}
 */
export function parsePage(html) {
  return new DOMParser().parseFromString(policy.createHTML(html), "text/html");
}

/** @param {Element} element */
const orderOf = (element) => Number.parseFloat(element.getAttribute("data-order") ?? "0");

/** @param {Element} element */
const versionOf = (element) => Number.parseInt(element.getAttribute("data-version") ?? "0", 10);

/**
 * Put an element where its order wants it; where it already is, it is not touched.
 * @param {Element} container
 * @param {Element} element
 */
function insertInOrder(container, element) {
  const descending = container.getAttribute("data-sort") === "desc";
  const order = orderOf(element);
  const next = [...container.children].find((other) =>
    other !== element && other.hasAttribute("data-order") &&
    (descending ? orderOf(other) < order : orderOf(other) > order)) ?? null;
  if (element.parentNode === container) {
    const following = [...container.children].slice([...container.children].indexOf(element) + 1)
      .find((other) => other.hasAttribute("data-order")) ?? null;
    if (following === next) return;
  }
  // The sentence of an empty list stays behind them: the stylesheet hides it behind a question.
  insert(container, element, next ?? container.querySelector(":scope > .empty"));
}

/**
 * @param {Element} parent
 * @param {Node} node
 * @param {Node | null} before
 */
function insert(parent, node, before) {
  const mover = /** @type {any} */ (parent).moveBefore;
  // moveBefore keeps focus and running animations, where the browser has it and the node is already in this page.
  if (mover && node.isConnected && node.ownerDocument === document) mover.call(parent, node, before);
  else parent.insertBefore(node, before);
}

/**
 * What placing a fragment has come to.
 * @typedef {object} Placing
 * @property {Set<Element>} lists       that something was put into
 * @property {HTMLElement[]} outside    what belongs where its list is not shown
 * @property {boolean} unsure           whether only the server knows how much stands there
 */

/**
 * Place a pushed fragment.
 * @param {string} html
 * @returns {boolean} whether the page must be read again to be right
 */
export function place(html) {
  /** @type {Placing} */
  const placing = { lists: new Set(), outside: [], unsure: false };
  const pieces = parse(html);
  keepingStill(() => {
    const placed = pieces.map((fresh) => placeOne(fresh, placing)).filter((element) => element !== null);
    for (const list of placing.lists) if (keepLength(list, remove)) placing.unsure = true;
    return placed;
  }, { heard: pieces.map(({ id }) => id), outside: placing.outside });
  return placing.unsure;
}

/**
 * @param {HTMLElement} fresh
 * @param {Placing} placing
 * @returns {HTMLElement | null} what now stands in the page
 */
function placeOne(fresh, placing) {
  const present = document.getElementById(fresh.id);
  // What is not here may stand behind an end.
  if (!present && (fresh.hasAttribute("data-gone") || versionOf(fresh) > 1)) placing.unsure ||= someAreCut();
  const before = present?.parentElement;
  if (before?.hasAttribute("data-limit")) placing.lists.add(before);
  if (fresh.hasAttribute("data-gone")) {
    if (present) remove(present);
    return null;
  }
  if (present && versionOf(present) > versionOf(fresh)) return null;
  const list = fresh.getAttribute("data-list");
  if (list === null) {
    if (present) morph(present, fresh);
    return present;
  }
  const container = document.querySelector(`[data-lists~="${CSS.escape(list)}"]`);
  if (!container) {
    if (present) remove(present);
    return null;
  }
  placing.lists.add(container);
  if (isOutside(container, fresh)) {
    placing.outside.push(fresh);
    if (!present) placing.unsure = true;
    else {
      remove(present);
      countRest(container, 1);
    }
    return null;
  }
  if (present) {
    morph(present, fresh);
    if (present.parentElement !== container) shine(present);
    insertInOrder(container, present);
    return present;
  }
  shine(fresh);
  insertInOrder(container, fresh);
  return fresh;
}

/**
 * Make this page's live regions what the newly read page says, by id.
 * @param {Document} page
 */
export function reconcile(page) {
  keepingStill(() => {
    /** @type {HTMLElement[]} */
    const touched = [];
    for (const region of $$("[data-live]", HTMLElement, page)) {
      const present = region.id ? document.getElementById(region.id) : null;
      // A region inside another one comes with it.
      if (!present || region.parentElement?.closest("[data-live]")) continue;
      for (const child of $$(":scope > [id]", HTMLElement, region)) if (!document.getElementById(child.id)) shine(child);
      morph(present, region);
      touched.push(present);
    }
    return touched;
  });
}

/**
 * Change the page, keep focus, and keep in its place on the glass what is being read or touched.
 * @param {() => HTMLElement[]} work
 * @param {{heard?: string[], outside?: HTMLElement[]}} [told] what is said of it beside what it touched
 */
function keepingStill(work, { heard = [], outside = [] } = {}) {
  const active = focused();
  const inMain = document.getElementById("main")?.contains(active) ? active : null;
  const holds = [inMain, ...inSight()].filter((element) => element !== null)
    .map((element) => ({ element, top: element.getBoundingClientRect().top, home: homeOf(element) }));
  const touched = work();
  if (inMain && inMain !== document.activeElement && inMain.isConnected) inMain.focus({ preventScroll: true });
  // What went somewhere else is no fixed point: the eye stays where it was, it does not travel along.
  const hold = holds.find(({ element, home }) => element.isConnected && homeOf(element) === home);
  if (hold) {
    const moved = hold.element.getBoundingClientRect().top - hold.top;
    const scroller = scrollerOf(hold.element);
    // At the very top one wants to see what comes in; anywhere else nothing may jump.
    if (moved && (scroller.scrollTop > 4 || hold.element === inMain)) scroller.scrollTop += moved;
  }
  emit("dom-updated", { elements: touched, heard, outside });
}

/** The list an element's piece of news stands in. @param {Element} element */
function homeOf(element) {
  const piece = element.closest("[data-order]");
  return piece ? piece.parentElement : null;
}

/** The first pieces of news whose tops are in sight. @returns {HTMLElement[]} */
function inSight() {
  /** @type {HTMLElement[]} */
  const found = [];
  for (const element of $$("[data-version], [data-live]")) {
    const box = element.getBoundingClientRect();
    if (box.top >= 0 && box.top < innerHeight && box.height > 0) found.push(element);
    if (found.length === 4) break;
  }
  return found;
}

/** @param {HTMLElement} element @returns {Element} */
function scrollerOf(element) {
  for (let parent = element.parentElement; parent && parent !== document.body; parent = parent.parentElement) {
    if (parent.scrollHeight > parent.clientHeight && /auto|scroll/.test(getComputedStyle(parent).overflowY)) return parent;
  }
  return document.scrollingElement ?? document.documentElement;
}

/** Show for a moment where something went. @param {HTMLElement} element */
function shine(element) {
  element.classList.add("arrived");
  element.addEventListener("animationend", () => element.classList.remove("arrived"), { once: true });
}

// ---- changing one element into another --------------------------------------------------------------------------

/** What the browser, not the server, has put there: an opened disclosure, a busy button, anything named data-my-... */
const isOurs = (/** @type {string} */ name) => name === "open" || name === "aria-busy" || name === "data-kept" || name.startsWith("data-my-");

/**
 * Two nodes that are the same thing before and after.
 * @param {Node} node
 * @returns {string}
 */
function kindOf(node) {
  if (!(node instanceof Element)) return String(node.nodeType);
  return `${node.nodeName} ${node.id || node.getAttribute("data-part") || node.getAttribute("formaction") || node.getAttribute("data-opens") || node.getAttribute("action") || node.getAttribute("name") || ""}`;
}

/**
 * @param {Element} present
 * @param {Element} fresh
 */
function morph(present, fresh) {
  // A part that this browser leads by itself (a form on its way): the server's copy of it has nothing to say.
  if (present.hasAttribute("data-keep") && fresh.hasAttribute("data-keep")) return;
  const versioned = present.hasAttribute("data-version");
  if (versioned && versionOf(present) > versionOf(fresh)) return;
  for (const { name, value } of [...fresh.attributes]) {
    if (isOurs(name)) continue;
    if (name === "class" && present.classList.contains("arrived")) continue;
    if (present.getAttribute(name) !== value) present.setAttribute(name, value);
  }
  for (const { name } of [...present.attributes]) {
    if (!fresh.hasAttribute(name) && !isOurs(name) && name !== "class") present.removeAttribute(name);
  }
  if (present instanceof HTMLTextAreaElement && fresh instanceof HTMLTextAreaElement) {
    // Its children are only the value it began with; what was typed since is not among them.
    if (present.defaultValue !== fresh.defaultValue) present.defaultValue = fresh.defaultValue;
    return;
  }
  morphChildren(present, fresh);
}

/** What scripts have put between the server's: a trace, a box with words. @param {Node} node */
const isKept = (node) => node instanceof Element && node.hasAttribute("data-kept");

/**
 * @param {Element} present
 * @param {Element} fresh
 */
function morphChildren(present, fresh) {
  const wanted = [...fresh.childNodes];
  const kinds = wanted.map(kindOf);
  /** @type {ChildNode | null} */
  let here = present.firstChild;
  for (const [index, node] of wanted.entries()) {
    const kind = kinds[index];
    /** @type {ChildNode | null} */
    let match = here;
    while (match && (isKept(match) || kindOf(match) !== kind)) match = match.nextSibling;
    if (!match) {
      // It may stand elsewhere in the page already (moved between lists): the same id is never there twice.
      const elsewhere = node instanceof Element && node.id ? document.getElementById(node.id) : null;
      if (node instanceof Element && elsewhere && !elsewhere.contains(present)) {
        insert(present, elsewhere, here);
        morph(elsewhere, node);
      } else insert(present, node, here);
      continue;
    }
    // Between here and the match: what is not wanted any more goes, the rest is passed over by moving the match.
    while (here && here !== match && (isKept(here) || !kinds.includes(kindOf(here), index + 1))) {
      const leaving = here;
      here = here.nextSibling;
      if (!isKept(leaving)) remove(leaving);
    }
    if (match !== here) insert(present, match, here);
    else here = here.nextSibling;
    if (match instanceof Element && node instanceof Element) morph(match, node);
    else if (match.nodeValue !== node.nodeValue) match.nodeValue = node.nodeValue;
  }
  while (here) {
    const leaving = here;
    here = here.nextSibling;
    if (!isKept(leaving)) remove(leaving);
  }
}

/**
 * Take a node away; but what somebody has typed into it stays where it was, to be copied.
 * @param {ChildNode} node
 */
function remove(node) {
  if (node instanceof Element) {
    const typed = [...node.querySelectorAll("textarea, input[type=text], input:not([type])"), node]
      .filter((field) => field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement)
      .filter(({ type, value, defaultValue }) =>
        !["hidden", "checkbox", "radio", "search", "submit"].includes(type) && value !== defaultValue && value.trim() !== "");
    if (typed.length) {
      const inPlay = node.contains(document.activeElement);
      // Out of lists and cards, which come and go, into something that stays.
      const place = node.parentElement?.closest("[data-live], [data-lists]") ?? node;
      const field = rescue(place, typed.map((one) => ({ name: one.id, value: one.value })));
      if (inPlay) field.focus({ preventScroll: true });
    }
  }
  node.remove();
}
