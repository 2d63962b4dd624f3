// Plays what test_placing.py has made up on a page of its own.

import * as ends from "/live/list-ends.js";
import { keepEnds, parsePage, place, reconcile } from "/live/placing.js";

keepEnds(ends);

const LOCAL = /^(data-my-.*|data-kept|open|aria-busy)$/;

/** The page as the server would have written it: without what belongs to the browser, attributes in one order. */
function written(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) {
    const text = node.nodeValue.trim();
    return !text ? "" : node.nodeType === Node.COMMENT_NODE ? `<!--${text}-->` : text;
  }
  if (node.hasAttribute("data-kept")) return "";
  const attributes = [...node.attributes].filter(({ name }) => !LOCAL.test(name))
    .map(({ name, value }) => [name, name === "class" ? value.replace(/\barrived\b/, "").trim() : value])
    .filter(([name, value]) => name !== "class" || value).map(([name, value]) => `${name}="${value}"`).sort();
  const tag = node.nodeName.toLowerCase();
  const children = node.hasAttribute("data-keep") ? [] : [...node.childNodes].map(written).filter(Boolean);
  return `<${[tag, ...attributes].join(" ")}>\n${children.join("\n")}\n</${tag}>`;
}

const DO = {
  push: (html) => place(html),
  placed: ([html, page]) => { if (place(html)) reconcile(parsePage(page)); },
  read: (html) => reconcile(parsePage(html)),
  open: (selector) => document.querySelector(selector)?.setAttribute("open", ""),
  type([id, words]) {
    const field = document.getElementById(id);
    if (!field) return;
    field.value = words;
    typed.set(id, words);
  },
};
const typed = new Map();

/** Play the steps on a first page; tell what stands there in the end, and what a fresh page would be. */
globalThis.play = (first, steps, last) => {
  document.getElementById("main").replaceWith(parsePage(first).getElementById("main"));
  document.querySelectorAll(".rescued").forEach((box) => box.remove());
  typed.clear();
  let before = new Map();
  const swapped = [];
  for (const [what, given] of steps) {
    DO[what](given);
    const now = new Map([...document.querySelectorAll("main [id]")].map((element) => [element.id, element]));
    swapped.push(...[...now].filter(([id, element]) => (before.get(id) ?? element) !== element).map(([id]) => id));
    before = now;
  }
  const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
  const texts = [...document.querySelectorAll("textarea, input")].map((field) => field.value).join("\n");
  return {
    page: written(document.getElementById("main")),
    fresh: written(parsePage(last).getElementById("main")),
    doubled: ids.filter((id, index) => ids.indexOf(id) !== index),
    swapped,
    forgotten: [...typed.values()].filter((words) => !texts.includes(words)),
  };
};
