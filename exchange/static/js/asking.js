// Asking: a question once typed is never lost. It stays in the field until the server has repeated its key, survives a
// reload, and is sent again under the same key, so that it arrives once.

import { newKey, send } from "./post.js";
import { say } from "./say.js";
import { lineState } from "./line.js";
import { readAgain, watches } from "./live.js";

/**
 * @typedef {object} Entry  one question that has not been confirmed yet
 * @property {string} key
 * @property {string} url
 * @property {Record<string, string>} fields
 */

/** Storage may be full, or forbidden; asking works without. */
const store = {
  /** @param {string} name @returns {any} */
  read(name) {
    try { return JSON.parse(localStorage.getItem(name) ?? "null"); } catch { return null; }
  },
  /** @param {string} name @param {unknown} value */
  write(name, value) {
    try {
      if (value === null) localStorage.removeItem(name);
      else localStorage.setItem(name, JSON.stringify(value));
    } catch { /* then it lives in the page only */ }
  },
};

/** @param {HTMLFormElement} form */
function attend(form) {
  const url = form.getAttribute("action") ?? "";
  const outbox = `exchange.outbox ${url}`;
  const draft = `exchange.draft ${url}`;
  const text = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("text"));
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button[type=submit]"));
  const state = /** @type {HTMLElement} */ (form.querySelector("[data-ask-state]"));
  const error = /** @type {HTMLElement} */ (form.querySelector("[data-error]"));
  const change = /** @type {HTMLButtonElement} */ (form.querySelector("[data-ask-change]"));
  const words = form.dataset;
  const names = ["text", "facet", "name"];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let again;
  let tries = 0;
  let busy = false;

  const fields = () => Object.fromEntries(names.map((name) => [name, valueOf(name)]));

  /** @param {string} name */
  function valueOf(name) {
    const field = form.elements.namedItem(name);
    return field && "value" in field ? String(field.value) : "";
  }

  /** @param {Record<string, string>} values */
  function fill(values) {
    for (const name of names) {
      const field = form.elements.namedItem(name);
      if (!values[name] || !field) continue;
      if (field instanceof RadioNodeList || field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement) field.value = values[name];
      // Nothing that is filled in shall be hidden.
      if (name !== "text") form.querySelector(`[name=${name}]`)?.closest("details")?.setAttribute("open", "");
    }
    grow();
  }

  function grow() {
    const left = text.maxLength - text.value.length;
    const counter = form.querySelector("[data-left]");
    if (counter instanceof HTMLElement) {
      counter.hidden = text.maxLength < 0 || left > 120;
      counter.textContent = (counter.dataset.left ?? "").replace("{n}", String(left));
    }
  }

  /** @param {string} kind @param {string} sentence @param {{aloud?: boolean}} [how] */
  function tell(kind, sentence, { aloud = true } = {}) {
    state.hidden = !sentence;
    state.dataset.kind = kind;
    state.firstElementChild ? (state.firstElementChild.textContent = sentence) : (state.textContent = sentence);
    if (aloud) say(sentence);
  }

  /** @param {boolean} on */
  function wait(on) {
    // Read-only, not disabled: it can still be read, selected and copied.
    text.readOnly = on;
    if (on) button.setAttribute("aria-busy", "true"); else button.removeAttribute("aria-busy");
    change.hidden = true;
  }

  /** @param {Entry} entry */
  async function deliver(entry) {
    if (busy) return;
    busy = true;
    clearTimeout(again);
    wait(true);
    refuse("");
    if (tries === 0) tell("quiet", words.sending ?? "");
    const answer = await send(entry.url, { ...entry.fields, key: entry.key }, { echo: entry.key });
    busy = false;
    if (answer.ok) return arrived(entry, answer.body);
    if (answer.ours && answer.status < 500) {
      store.write(outbox, null);
      wait(false);
      tell("quiet", "");
      refuse(answer.message);
      return;
    }
    tries += 1;
    button.removeAttribute("aria-busy");
    change.hidden = false;
    tell("quiet", words.waiting ?? "", { aloud: tries === 1 });
    again = setTimeout(() => void deliver(entry), Math.max(answer.after * 1000, Math.min(2000 * 1.6 ** tries, 20_000) * (0.75 + Math.random() / 2)));
  }

  /** @param {Entry} entry @param {{number: number, status: string}} body */
  function arrived(entry, body) {
    store.write(outbox, null);
    store.write(draft, null);
    tries = 0;
    wait(false);
    form.reset();
    const details = form.querySelector("details");
    if (details) details.open = false;
    grow();
    const sentence = (body.status === "pending" ? words.sentPending : body.status === "owed" ? words.sentOwed : words.sent) ?? "";
    tell("done", sentence.replace("{number}", String(body.number)));
    form.dispatchEvent(new CustomEvent("exchange:asked", { bubbles: true, detail: body }));
    // The first time, reading again brings my question and my own room; later a push does. Staff have theirs already.
    const known = form.hasAttribute("data-staff") || watches("mine");
    if (!known || lineState() !== "online") void readAgain();
  }

  /** @param {string} sentence */
  function refuse(sentence) {
    error.textContent = sentence;
    if (sentence) {
      text.setAttribute("aria-invalid", "true");
      text.focus();
    } else text.removeAttribute("aria-invalid");
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (busy || store.read(outbox)) {
      // Pressed again while it waits: try at once, under the same key.
      const entry = store.read(outbox);
      if (entry && !busy) void deliver(entry);
      return;
    }
    if (!text.value.trim()) {
      refuse(words.empty ?? "");
      return;
    }
    /** @type {Entry} */
    const entry = { key: newKey(), url, fields: fields() };
    store.write(outbox, entry);
    tries = 0;
    void deliver(entry);
  });

  form.addEventListener("input", () => {
    grow();
    if (error.textContent) refuse("");
    if (!state.hidden && state.dataset.kind === "done") tell("quiet", "", { aloud: false });
    const values = fields();
    store.write(draft, Object.values(values).some(Boolean) ? values : null);
  });

  change.addEventListener("click", () => {
    // From here on it is another question, under another key.
    clearTimeout(again);
    store.write(outbox, null);
    store.write(draft, fields());
    tries = 0;
    wait(false);
    tell("quiet", "", { aloud: false });
    text.focus();
  });

  const tryNow = () => {
    const entry = store.read(outbox);
    if (entry && !busy) void deliver(entry);
  };
  addEventListener("online", tryNow);
  document.addEventListener("exchange:line", (event) => {
    if (/** @type {CustomEvent} */ (event).detail.state === "online" && tries > 0) tryNow();
  });

  /** @type {Entry | null} */
  const pending = store.read(outbox);
  if (pending?.key && pending.fields) {
    fill(pending.fields);
    void deliver(pending);
  } else if (!text.value) fill(store.read(draft) ?? {});
  // The form was away for a phase and is back with its text: nothing is left to be copied.
  for (const rescued of document.querySelectorAll(".rescued")) {
    if (rescued.querySelector("textarea")?.value === text.value) rescued.remove();
  }
  grow();
}

/** @type {WeakSet<HTMLFormElement>} */
const attended = new WeakSet();

function attendAll() {
  for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-ask]"))) {
    if (attended.has(form)) continue;
    attended.add(form);
    attend(form);
  }
}

/** Begin. Once a page. A form may come later, when the phase allows asking. */
export function start() {
  attendAll();
  document.addEventListener("exchange:placed", attendAll);
}
