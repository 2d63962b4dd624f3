// Writes go over HTTP. An answer counts only if our server gave it: a captive portal says 200, too.

import { likelyTime } from "../page/server-time.js";

/**
 * @typedef {object} Answer
 * @property {boolean} ours    whether the server answered in its own words (JSON)
 * @property {boolean} ok      ours, and done
 * @property {number} status   HTTP status; 0 when nothing came
 * @property {any} body        the JSON, or null
 * @property {string} error    the error's word, or "line" when the line is at fault
 * @property {string} message  a sentence for the reader; "" when the line is at fault
 * @property {number} after    seconds to wait before another try (Retry-After), 0 if not said
 * @property {number} time     when it was answered, by the server's clock
 */

/** A new UUID. On plain http there is no crypto.randomUUID; random values there are. @returns {string} */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/**
 * The fields of a form as they would be posted, the pressed button's included.
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} [button]
 * @returns {Record<string, string>}
 */
export function fieldsOf(form, button = null) {
  const fields = Object.fromEntries([...new FormData(form)].flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])));
  if (button instanceof HTMLButtonElement && button.name) fields[button.name] = button.value;
  return fields;
}

/**
 * Post a write and classify the answer. Never throws.
 * @param {string} url
 * @param {Record<string, string>} fields
 * @param {object} options
 * @param {(body: any) => boolean} options.confirms  whether this JSON says that the write was done
 * @param {number} options.patience  milliseconds
 * @param {AbortController} options.control
 * @returns {Promise<Answer>}
 */
export async function send(url, fields, { confirms, patience, control }) {
  /** @type {Answer} */
  const lost = { ours: false, ok: false, status: 0, body: null, error: "line", message: "", after: 0, time: likelyTime() };
  setTimeout(() => control.abort(), patience);
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(fields),
      signal: control.signal,
      // The request outlives its page: whoever presses and leaves has sent it.
      keepalive: true,
      redirect: "error",
      cache: "no-store",
    });
    const after = Number.parseInt(response.headers.get("Retry-After") ?? "0", 10) || 0;
    const time = Date.parse(response.headers.get("Date") ?? "") || lost.time;
    const { ok, status } = response;
    if (!(response.headers.get("Content-Type") ?? "").startsWith("application/json")) return { ...lost, status, after };
    const body = await response.json();
    if (typeof body !== "object" || body === null) return { ...lost, status, after };
    if (ok) return confirms(body) ? { ours: true, ok, status, body, error: "", message: "", after, time } : { ...lost, status };
    const error = String(body.error ?? "");
    return { ours: Boolean(error), ok, status, body, error: error || "line", message: String(body.message ?? ""), after, time };
  } catch {
    return lost;
  }
}
