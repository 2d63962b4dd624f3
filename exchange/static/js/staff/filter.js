// The moderation's filter (stand, facet, status, words) and the inbox's sort order. Both apply to the rows on the page and to
// rows that arrive later, and are kept in the URL's query.

import { setQuery } from "../page/address.js";
import { $, byId, fieldOf } from "../page/dom.js";
import { on } from "../page/events.js";
import { rowsOf, showWhole, sortList } from "./order.js";

const FIELDS = ["q", "stand", "facet", "status", "sort"];
/** The lists that are filtered; not the run list and the stage, which must stay whole. */
const LISTS = ["pending", "open", "owed", "answered", "declined", "merged"];

/** @type {HTMLFormElement} */
let form;

/** @param {string} name */
function control(name) {
  const found = fieldOf(form, name, HTMLInputElement) ?? fieldOf(form, name, HTMLSelectElement);
  if (!found) throw new Error(`The filter has no ${name}`);
  return found;
}

/** @param {string} name */
const chosen = (name) => control(name).value.trim();

/** @param {string} list */
const listOf = (list) => byId(`list-${list}`);

/** @param {string} text */
const fold = (text) => text.toLocaleLowerCase().normalize("NFKD").replace(/\p{Mn}/gu, "");

/**
 * @param {HTMLElement} row
 * @param {string[]} wanted search words, case-folded
 */
function fits(row, wanted) {
  const stand = chosen("stand");
  const facet = chosen("facet");
  if (stand && row.dataset.stand !== stand) return false;
  if (facet && (row.dataset.facet || "none") !== facet) return false;
  if (!wanted.length) return true;
  if (wanted.length === 1 && /^#?\d+$/.test(wanted[0]) && row.dataset.number === wanted[0].replace("#", "")) return true;
  const hay = fold([...row.querySelectorAll(".question-text, .meta, .answer-text")].map((part) => part.textContent).join(" "));
  return wanted.every((word) => hay.includes(word));
}

/** Hide the rows that do not match. */
function apply() {
  const wanted = fold(chosen("q")).split(/\s+/).filter(Boolean);
  const status = chosen("status");
  const filtering = Boolean(wanted.length || chosen("stand") || chosen("facet") || status);
  if (filtering) showWhole(LISTS);
  let shown = 0;
  for (const list of LISTS) {
    const wholeList = !status || status === list;
    let here = 0;
    for (const row of rowsOf(list)) {
      const fit = wholeList && (!filtering || fits(row, wanted));
      row.toggleAttribute("data-my-hidden", !fit);
      if (fit) here += 1;
    }
    shown += here;
    const part = listOf(list)?.closest("details, .sub");
    part?.toggleAttribute("data-my-filtered", filtering && here === 0);
    if (part instanceof HTMLDetailsElement && filtering && here > 0 && !part.open) {
      part.open = true;
      part.setAttribute("data-my-opened", "");
    } else if (part instanceof HTMLDetailsElement && !filtering && part.hasAttribute("data-my-opened")) {
      part.open = false;
      part.removeAttribute("data-my-opened");
    }
  }
  tell(filtering, shown);
}

/** @param {boolean} filtering @param {number} shown */
function tell(filtering, shown) {
  const said = document.getElementById("filter-said");
  if (!said) return;
  said.hidden = !filtering;
  const { none = "", one = "", some = "" } = said.dataset;
  const sentence = shown === 0 ? none : shown === 1 ? one : some.replace("{n}", String(shown));
  const place = said.firstElementChild;
  if (place && place.textContent !== sentence) place.textContent = sentence;
}

// ---- order -------------------------------------------------------------------------------------------------------

/** Sort the open questions. @param {boolean} anew */
const sort = (anew) => sortList("open", chosen("sort"), anew);

// ---- address -----------------------------------------------------------------------------------------------------

function write() {
  setQuery(Object.fromEntries(FIELDS.map((name) => [name, chosen(name)])));
}

function read() {
  const query = new URLSearchParams(location.search);
  for (const name of FIELDS) {
    const field = control(name);
    const value = query.get(name);
    if (value !== null) field.value = value;
    // An unknown value would leave the select empty.
    if (field instanceof HTMLSelectElement && field.selectedIndex < 0) field.selectedIndex = 0;
  }
}

/** Reset the filter, not the sort order. */
export function lift() {
  for (const name of FIELDS.filter((name) => name !== "sort")) control(name).value = "";
  write();
  apply();
}

/** Install the listeners; once a page. */
export function start() {
  const found = $("form[data-filter]", HTMLFormElement);
  if (!found) return;
  form = found;
  read();
  sort(true);
  apply();
  form.addEventListener("submit", (event) => event.preventDefault());
  // The search field is outside the form, in the zone's head.
  document.addEventListener("input", ({ target }) => {
    if (!(target instanceof HTMLInputElement || target instanceof HTMLSelectElement) || target.form !== form) return;
    write();
    if (target.id === "filter-sort") sort(true);
    apply();
  });
  document.querySelector("[data-filter-reset]")?.addEventListener("click", () => {
    lift();
    control("q").focus();
  });
  on("dom-updated", () => {
    // The stand that was chosen may have another label by now.
    write();
    sort(false);
    apply();
  });
}
