// The event page's field that finds a stand as one types, among those that the page lists; nothing is asked for. Without
// scripts the form does the same (queries/search.py, stands_named). Only this page loads it.

import { $, $$, must } from "./page/dom.js";
import { on } from "./page/events.js";

/** So many are shown: the field for questions stays near. */
const SHOWN = 6;

const field = must("#stand", HTMLInputElement);
const found = must("#stand-found");
const list = must("ul", HTMLElement, found);
const status = must("[role=status]", HTMLElement, found);

/** In small letters and numbers with one blank between words; ä is ae, or else a. @param {string} text @param {boolean} [umlauts] */
function sounds(text, umlauts = true) {
  let plain = text.normalize("NFKC").toLowerCase().replace(/ß/g, "ss");
  if (umlauts) plain = plain.replace(/[äöü]/g, (sign) => ({ ä: "ae", ö: "oe", ü: "ue" })[sign] ?? sign);
  return plain.normalize("NFKD").replace(/\p{Mn}/gu, "").replace(/[^\p{L}\p{N}]+/gu, " ").trim();
}

/** @param {string} text */
const joined = (text) => sounds(text).replaceAll(" ", "");

/**
 * How well a row fits: 0 its label, 1 words that begin so, 2 it has it within a word; -1 not at all.
 * @param {HTMLElement} row
 * @param {string} typed
 */
function rankOf(row, typed) {
  const words = sounds(typed).split(" ").filter(Boolean);
  const label = row.dataset.label ?? "";
  const names = $$("[data-name]", HTMLElement, row).map((part) => part.textContent);
  const text = ["Stand", label, ...names, $("a", HTMLAnchorElement, row)?.pathname.split("/").pop()].join(" ");
  const said = ` ${sounds(text)} ${sounds(text, false)} ${joined(label)}`;
  if (!words.length || !words.every((word) => said.includes(word))) return -1;
  if (joined(typed).replace(/^stand/, "") === joined(label)) return 0;
  return words.every((word) => said.includes(` ${word}`)) ? 1 : 2;
}

function show() {
  const typed = field.value;
  found.hidden = !typed.trim();
  if (found.hidden) return;
  const ranked = $$("#stands li").map((row) => ({ row, rank: rankOf(row, typed) })).filter(({ rank }) => rank >= 0);
  ranked.sort((one, other) => one.rank - other.rank);
  const first = ranked.slice(0, SHOWN);
  list.replaceChildren(...first.map(({ row }) => row.cloneNode(true)));
  list.hidden = !first.length;
  const { none, one, many, first: some } = found.dataset;
  const sentence = !ranked.length ? none : ranked.length === 1 ? one : first.length < ranked.length ? some : many;
  status.textContent = (sentence ?? "").replace("{n}", String(ranked.length)).replace("{shown}", String(SHOWN));
}

field.addEventListener("input", show);
// The names of stands may have changed.
on("dom-updated", () => { if (field.value) show(); });
must("#way-stand", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  show();
  const [first, second] = $$("a", HTMLAnchorElement, list);
  if (found.hidden || !first) field.focus();
  else if (second) first.focus();
  else first.click();
});
// The browser may have brought a word back with the page.
if (field.value && !list.children.length) show();
