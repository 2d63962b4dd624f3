// Morphing: one element becomes another, node by node. Whatever a reader has typed, opened, ticked or focused stays as it
// is, without having to be carried over.

import { byId } from "../page/dom.js";
import { rescue } from "../page/rescue.js";

/**
 * Nodes that have no place in the fresh tree so far. One with an id may still turn up in a later part of it, and is then
 * moved there; what is left in the end is removed.
 * @type {Set<ChildNode>}
 */
const leftovers = new Set();

/** Remove what was left over; after all that belongs together has been morphed. */
export function sweep() {
  leftovers.forEach(remove);
  leftovers.clear();
}

/** @param {Element} element */
export const versionOf = (element) => Number.parseInt(element.getAttribute("data-version") ?? "0", 10);

/** Attributes that are set in the browser: an opened disclosure, a busy button, anything named data-my-... */
const isLocal = (/** @type {string} */ name) => name === "open" || name === "aria-busy" || name === "data-kept" || name.startsWith("data-my-");

/** Elements that are made in the browser: a trace, a box with rescued words. @param {Node} node */
const isMadeHere = (node) => node instanceof Element && node.hasAttribute("data-kept");

/**
 * Two nodes with the same key are the same thing before and after.
 * @param {Node} node
 */
function keyOf(node) {
  if (!(node instanceof Element)) return String(node.nodeType);
  return `${node.nodeName} ${node.id || node.getAttribute("data-part") || node.getAttribute("formaction") || node.getAttribute("data-opens") || node.getAttribute("action") || node.getAttribute("name") || ""}`;
}

/**
 * Insert, or move within this page.
 * @param {Element} parent
 * @param {Node} node
 * @param {Node | null} before
 */
export function insert(parent, node, before) {
  const mover = /** @type {any} */ (parent).moveBefore;
  // Where the browser has it, moveBefore keeps focus and running animations.
  if (mover && node.isConnected && node.ownerDocument === document) mover.call(parent, node, before);
  else parent.insertBefore(node, before);
}

/**
 * @param {Element} present  in this page
 * @param {Element} fresh    as the server has it
 */
export function morph(present, fresh) {
  if (present.hasAttribute("data-version") && versionOf(present) > versionOf(fresh)) return;
  for (const { name, value } of [...fresh.attributes]) {
    // An animation that runs is not cut short.
    const wanted = name === "class" && present.classList.contains("arrived") ? `${value} arrived` : value;
    if (!isLocal(name) && present.getAttribute(name) !== wanted) present.setAttribute(name, wanted);
  }
  for (const { name } of [...present.attributes]) {
    if (!fresh.hasAttribute(name) && !isLocal(name)) present.removeAttribute(name);
  }
  // The browser owns what is in this part (a form on its way): the server's copy of it has nothing to say.
  if (present.hasAttribute("data-keep") && fresh.hasAttribute("data-keep")) return;
  if (present instanceof HTMLTextAreaElement && fresh instanceof HTMLTextAreaElement) {
    // Its children are only the default value; what was typed since is not among them.
    if (present.defaultValue !== fresh.defaultValue) present.defaultValue = fresh.defaultValue;
  } else morphChildren(present, fresh);
}

/**
 * @param {Element} present
 * @param {Element} fresh
 */
function morphChildren(present, fresh) {
  const wanted = [...fresh.childNodes];
  const keys = wanted.map(keyOf);
  /** The first child that has not been dealt with. @type {ChildNode | null} */
  let here = present.firstChild;
  const skip = () => {
    const passed = here;
    here = passed?.nextSibling ?? null;
    return passed;
  };
  for (const [index, node] of wanted.entries()) {
    let match = here;
    while (match && (isMadeHere(match) || keyOf(match) !== keys[index])) match = match.nextSibling;
    if (!match) {
      // It may stand elsewhere in the page already (moved between lists): the same id is never there twice.
      const elsewhere = node instanceof Element && byId(node.id, Element);
      if (elsewhere && keyOf(elsewhere) === keys[index] && !elsewhere.contains(present)) {
        leftovers.delete(elsewhere);
        insert(present, elsewhere, here);
        morph(elsewhere, node);
      } else insert(present, node, here);
      continue;
    }
    // Before the match: what is not wanted any more goes, what is wanted later stays and the match moves before it.
    while (here && here !== match && (isMadeHere(here) || !keys.includes(keyOf(here), index + 1))) {
      leave(skip());
    }
    if (match === here) skip();
    else insert(present, match, here);
    if (match instanceof Element && node instanceof Element) morph(match, node);
    else if (match.nodeValue !== node.nodeValue) match.nodeValue = node.nodeValue;
  }
  while (here) leave(skip());
}

/** @param {ChildNode | null} node */
function leave(node) {
  if (node && !isMadeHere(node)) leftovers.add(node);
}

/**
 * Remove a node; what somebody has typed into it stays where it was, to be copied.
 * @param {ChildNode} node
 */
export function remove(node) {
  if (node instanceof Element) {
    const typed = [...node.querySelectorAll("textarea, input[type=text], input:not([type])"), node]
      .filter((field) => field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement)
      .filter(({ type, value, defaultValue }) =>
        !["hidden", "checkbox", "radio", "search", "submit"].includes(type) && value !== defaultValue && value.trim() !== "");
    if (typed.length) {
      const hadFocus = node.contains(document.activeElement);
      // Not in lists and cards, which come and go, but in front of something that stays.
      const place = node.parentElement?.closest("[data-live], [data-lists]") ?? node;
      const field = rescue(place, typed.map((one) => ({ name: one.id, value: one.value })));
      if (hadFocus) field.focus({ preventScroll: true });
    }
  }
  node.remove();
}
