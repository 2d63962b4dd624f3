// "Interessiert mich auch", shown optimistically: the button is pressed at once, the vote goes through the outbox, and it is
// reverted only if the server refuses it.
//
// A fragment goes to everybody; which votes are mine is told beside the lists, in #my-votes data-ids.

import { showVotes, votesOf } from "../live/vote-counts.js";
import { newKey } from "../outbox/post.js";
import { drafts } from "../outbox/storage.js";
import { toast } from "../page/announce.js";
import { $$, byId, must, onSubmit } from "../page/dom.js";
import { on } from "../page/events.js";
import { discard, entries, put } from "./outbox.js";

/** @typedef {import("./outbox.js").Entry} Entry */

/** Whether this browser has voted before: if it keeps cookies, it has one by now. */
const voted = "exchange.voted";

/** My votes as the server has them. @type {Set<string>} */
let mine = new Set();

/** @param {string} id */
const urlOf = (id) => `/questions/${id}/me-too`;

/** My votes that the server does not have yet. @returns {Map<string, boolean>} by address */
const pendingVotes = () => new Map(entries().filter((entry) => entry.what === "me-too").map((entry) => [entry.url, entry.fields.on === "1"]));

function showPressed() {
  const pending = pendingVotes();
  for (const button of $$("[data-me-too]", HTMLButtonElement)) {
    const id = button.dataset.meToo ?? "";
    const on = pending.get(urlOf(id)) ?? mine.has(id);
    const pressed = String(on);
    if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
    button.value = on ? "0" : "1";
  }
}

/** @param {string} id @param {number} by */
const addTo = (id, by) => showVotes(id, Math.max(0, votesOf(id) + by));

function readMine() {
  const list = byId("my-votes");
  mine = new Set((list?.dataset.ids ?? "").split(" ").filter(Boolean));
  showPressed();
}

/** @param {string} url @param {string | undefined} place @param {string} on @param {string} again */
const send = (url, place, on, again) => put({ key: newKey(), what: "me-too", about: url, url, place, fields: { on, again } });

/** @param {HTMLElement} button */
function press(button) {
  const id = button.dataset.meToo ?? "";
  const on = !(pendingVotes().get(urlOf(id)) ?? mine.has(id));
  const question = button.closest("[data-order]");
  addTo(id, on ? 1 : -1);
  send(urlOf(id), question?.getAttribute("data-order") ?? "", on ? "1" : "0", !navigator.cookieEnabled || drafts.read(voted) ? "1" : "");
}

/** @param {Entry} entry */
function arrived({ url, fields, arrived: answer }) {
  const id = url.split("/")[2];
  drafts.write(voted, 1);
  if (fields.on === "1") mine.add(id); else mine.delete(id);
  const list = byId("my-votes");
  if (list) list.dataset.ids = [...mine].join(" ");
  // The server's count replaces the optimistic one.
  if (!pendingVotes().has(url) && typeof answer?.body.votes === "number") showVotes(id, answer.body.votes);
}

/** @param {Entry} entry */
function refused({ key, url, place, fields, refused: why }) {
  const id = url.split("/")[2];
  discard(key);
  // The refusal has brought a cookie: the one from before may have ended.
  if (why?.word === "no_cookies" && fields.again === "1") return send(url, place, fields.on, "2");
  if ((fields.on === "1") !== mine.has(id)) addTo(id, mine.has(id) ? 1 : -1);
  toast(why?.message ?? "");
}

/** Install the listeners; once a page. */
export function start() {
  readMine();
  on("dom-updated", readMine);
  on("outbox-changed", ({ kind, entry }) => {
    if (entry.what !== "me-too") return;
    if (kind === "arrived") arrived(entry);
    if (kind === "refused") refused(entry);
    showPressed();
  });
  onSubmit(".me-too-form", (form) => press(must("[data-me-too]", HTMLElement, form)));
}
