// Placing: where the elements of a pushed fragment, or of a page that was read again, belong. Only here text becomes
// elements.
//
// A fragment is one or more elements; each says by itself where it belongs (docs/protocol.md):
//   id            what it is: an element of this id is replaced, never doubled
//   data-version  an older version never replaces a newer one
//   data-list     the list it belongs into: the container whose data-lists names it, else it leaves the page
//   data-order    its place there, ascending; data-sort="desc" on the container reverses that, and "votes" puts what most
//                 people want first (queries/placement.py): there nothing moves that is shown, until the page is read again
//   data-gone     it is removed
//   data-limit    on a container: how many it shows at most (list-ends.js)
//   data-most     on a container: how many of it may be asked for (more.js)
// and in regions that are read again:
//   data-live     with an id: this region follows the page when it is read again
//   data-keep     within one: the browser owns what is in this part (a form on its way, an error's place); its attributes
//                 follow, and so does a region of its own in it
//   data-my-...   attributes that scripts have set; they are left alone, classes are not

import { $, $$, byId } from "../page/dom.js";
import { emit } from "../page/events.js";
import { anchored } from "./anchoring.js";
import { insert, morph, remove, sweep, versionOf } from "./morphing.js";

/** @typedef {{createHTML(html: string): string}} Policy */

/** @type {Policy} */
const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("exchange", {
  createHTML: (/** @type {string} */ html) => html,
}) ?? { createHTML: (/** @type {string} */ html) => html };

/**
 * The elements of a pushed fragment, not yet in the page.
 * @param {string} html
 */
function parse(html) {
  const holder = document.createElement("template");
  holder.innerHTML = policy.createHTML(html);
  return [...holder.content.children].filter((child) => child instanceof HTMLElement);
}

/**
 * A whole page, inert.
 * @param {string} html
 */
export const parsePage = (html) => new DOMParser().parseFromString(policy.createHTML(html), "text/html");

/** @param {Element} element */
export const orderOf = (element) => Number.parseFloat(element.getAttribute("data-order") ?? "0");

/**
 * @typedef {object} Ends  how lists that have an end are kept to it (list-ends.js)
 * @property {(pieces: HTMLElement[]) => boolean} endsMissed
 * @property {(list: HTMLElement, fresh: HTMLElement, present: HTMLElement | null) => boolean} leftOut
 * @property {(remove: (row: HTMLElement) => void) => boolean} keepLength
 */

/** @type {Ends | undefined} */
let ends;

/** @param {Ends} kept */
export function keepEnds(kept) {
  ends = kept;
}

/** @param {ParentNode} list */
const rowsOf = (list) => $$(":scope > [data-order]", HTMLElement, list);

/** What a vote weighs in a place: A_VOTE in queries/placement.py. */
const A_VOTE = 2 ** 31;

/**
 * An element's place in a list, ascending.
 * @param {HTMLElement} list
 * @param {HTMLElement} element
 */
function placeIn({ dataset: { sort } }, element) {
  const order = orderOf(element);
  if (sort === "votes") return -order - Number($("[data-votes]", HTMLElement, element)?.textContent) * A_VOTE;
  return sort === "desc" ? -order : order;
}

/**
 * What stands after an element in its list's order.
 * @param {HTMLElement} container
 * @param {HTMLElement} element
 */
function nextOf(container, element) {
  const place = placeIn(container, element);
  return rowsOf(container).find((other) => other !== element && placeIn(container, other) > place) ?? null;
}

/**
 * Whether news stands where a list is not shown. Phones leave what comes behind an end out: how many stand there a push
 * tells (showTotal); where it does not, they read the page again.
 * @param {HTMLElement} list
 * @param {HTMLElement} fresh
 * @param {HTMLElement | null} present
 */
const leftOut = (list, fresh, present) => (ends
  ? ends.leftOut(list, fresh, present)
  : !present && Number(list.dataset.rest) > 0 && !nextOf(list, fresh));

/**
 * Insert in `data-order`; do nothing if already in place.
 * @param {HTMLElement} container
 * @param {HTMLElement} element
 */
function insertInOrder(container, element) {
  const ordered = rowsOf(container);
  const next = nextOf(container, element);
  if (ordered.includes(element) && (ordered[ordered.indexOf(element) + 1] ?? null) === next) return;
  // The sentence of an empty list stays behind them: the stylesheet hides it behind a question.
  insert(container, element, next ?? $(":scope > .empty", HTMLElement, container));
}

/**
 * Place a pushed fragment.
 * @param {string} html
 * @returns {boolean} whether only the server knows how much stands behind the end of a list now
 */
export function place(html) {
  const pieces = parse(html);
  let missed = ends?.endsMissed(pieces) ?? false;
  /** @type {HTMLElement[]} */
  const outside = [];
  anchored(() => {
    for (const fresh of pieces) {
      const known = byId(fresh.id);
      if (!placeOne(fresh)) continue;
      outside.push(fresh);
      missed ||= !known;
    }
    sweep();
    if (ends?.keepLength(remove)) missed = true;
  });
  emit("dom-updated", { heard: pieces.map(({ id }) => id), outside });
  return missed;
}

/** @param {HTMLElement} fresh @returns {boolean | undefined} whether it belongs where its list is not shown */
function placeOne(fresh) {
  const present = byId(fresh.id);
  if (present && !fresh.hasAttribute("data-gone") && versionOf(present) > versionOf(fresh)) return;
  const container = $(`[data-lists~="${CSS.escape(fresh.dataset.list ?? "")}"]`);
  if (fresh.hasAttribute("data-gone") || (fresh.hasAttribute("data-list") && !container)) {
    if (present) remove(present);
    return;
  }
  if (container && leftOut(container, fresh, present)) {
    if (present) remove(present);
    return true;
  }
  if (present) morph(present, fresh);
  if (!container) return;
  const element = present ?? fresh;
  const moved = element.parentElement !== container;
  if (moved) highlight(element);
  if (moved || container.dataset.sort !== "votes") insertInOrder(container, element);
}

/** How many stand behind the end of a list. @param {HTMLElement} list @param {number} rest */
export function showRest(list, rest) {
  list.dataset.rest = String(rest);
  const link = $("[data-more]", HTMLElement, list);
  if (!link?.parentElement) return;
  link.parentElement.hidden = rest <= 0;
  link.textContent = (link.dataset.sentence ?? "").replace("{n}", String(rest));
}

/** So much of a list must be left, or it is filled up again. */
export const LEFT = 0.8;

/**
 * How many questions a phone's list holds: what is not shown is counted behind its end.
 * @param {number} total
 * @returns {boolean} whether it has become short, though there is more
 */
export function showTotal(total) {
  const list = $("#others");
  if (!list) return false;
  const { before = 0, limit } = list.dataset;
  const shown = rowsOf(list).length;
  const rest = total - shown - Number(before);
  showRest(list, rest);
  return rest > 0 && shown < Number(limit) * LEFT;
}

/** This page's address: lists that news has made longer are asked for as they are. */
export function addressNow() {
  const address = new URL(location.href);
  for (const list of $$("[data-limit]")) {
    const shown = rowsOf(list).length;
    if (shown > Number(list.dataset.limit)) address.searchParams.set(list.dataset.lists ?? "", String(shown));
  }
  return address;
}

/**
 * Make this page's title and live regions what the page says that was just read, by id.
 * @param {Document} page
 */
export function reconcile(page) {
  document.title = page.title;
  anchored(() => {
    for (const region of $$("[data-live]", HTMLElement, page)) {
      const present = byId(region.id);
      // A region inside another one comes with it.
      if (!present || region.parentElement?.closest("[data-live], [data-keep]")?.matches("[data-live]")) continue;
      for (const child of $$(":scope > [id]", HTMLElement, region)) if (!byId(child.id)) highlight(child);
      morph(present, region);
    }
    sweep();
  });
  emit("dom-updated", { heard: [], outside: [] });
}

/** Show for a moment where something went. @param {HTMLElement} element */
function highlight(element) {
  element.classList.add("arrived");
  element.addEventListener("animationend", () => element.classList.remove("arrived"), { once: true });
}
