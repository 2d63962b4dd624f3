// "Interessiert mich auch": pressed at once, taken back honestly if it did not arrive.
//
// A fragment does not know who is looking; which votes are mine stands beside the lists, in #my-votes data-ids.

import { showVotes, votesOf } from "./counts.js";
import { send } from "./post.js";
import { toast } from "./say.js";

/** What I want, for questions whose answer is still on its way. @type {Map<string, boolean>} */
const wished = new Map();
/** What the server knows of me. @type {Set<string>} */
let mine = new Set();

/** @param {string} id */
const wanted = (id) => wished.get(id) ?? mine.has(id);

function mark() {
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-me-too]"))) {
    const on = wanted(button.dataset.meToo ?? "");
    const pressed = String(on);
    if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
    button.value = on ? "0" : "1";
  }
}

/** @param {string} id @param {number} by */
const addTo = (id, by) => showVotes(id, Math.max(0, votesOf(id) + by));

function learn() {
  const list = document.getElementById("my-votes");
  mine = new Set((list?.dataset.ids ?? "").split(" ").filter(Boolean));
  mark();
}

/**
 * @param {string} id
 * @param {string} url
 */
async function press(id, url) {
  const underWay = wished.has(id);
  const on = !wanted(id);
  wished.set(id, on);
  addTo(id, on ? 1 : -1);
  mark();
  if (underWay) return; // the one under way sees the last wish when it is through
  for (;;) {
    const wish = wished.get(id) ?? false;
    if (wish === mine.has(id)) break;
    const answer = await send(url, {}, { method: wish ? "PUT" : "DELETE" });
    if (!answer.ok) {
      if (wished.get(id) !== mine.has(id)) addTo(id, mine.has(id) ? 1 : -1);
      wished.delete(id);
      mark();
      toast(answer.message || (document.getElementById("main")?.dataset.lineDown ?? ""));
      return;
    }
    if (wish) mine.add(id); else mine.delete(id);
    const list = document.getElementById("my-votes");
    if (list) list.dataset.ids = [...mine].join(" ");
    // The server's count is truer than our sum.
    if (wished.get(id) === wish && typeof answer.body?.votes === "number") showVotes(id, answer.body.votes);
  }
  wished.delete(id);
  mark();
}

/** Begin. Once a page. */
export function start() {
  learn();
  document.addEventListener("exchange:placed", learn);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement)) return;
    const button = /** @type {HTMLElement | null} */ (form.querySelector("[data-me-too]"));
    if (!button?.dataset.meToo) return;
    event.preventDefault();
    void press(button.dataset.meToo, form.getAttribute("action") ?? "");
  });
}
