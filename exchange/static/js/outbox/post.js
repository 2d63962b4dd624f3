// Writes go over HTTP. An answer counts only if our server gave it: a captive portal, too, says 200.

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
 * Send a write and judge the answer. Never throws.
 * @param {string} url
 * @param {Record<string, string>} [fields]
 * @param {{method?: string, echo?: string, patience?: number, control?: AbortController}} [options] echo: the key that the answer must repeat
 * @returns {Promise<Answer>}
 */
export async function send(url, fields = {}, { method = "POST", echo, patience = 15_000, control = new AbortController() } = {}) {
  /** @type {Answer} */
  const lost = { ours: false, ok: false, status: 0, body: null, error: "line", message: "", after: 0, time: Date.now() };
  setTimeout(() => control.abort(), patience);
  try {
    const response = await fetch(url, {
      method,
      headers: { Accept: "application/json" },
      body: method === "DELETE" ? undefined : new URLSearchParams(fields),
      signal: control.signal,
      // It outlives its page: who presses and walks away has sent it.
      keepalive: true,
      redirect: "error",
      cache: "no-store",
    });
    const after = Number.parseInt(response.headers.get("Retry-After") ?? "0", 10) || 0;
    const time = Date.parse(response.headers.get("Date") ?? "") || lost.time;
    let body = null;
    if (response.status !== 204) {
      if (!(response.headers.get("Content-Type") ?? "").startsWith("application/json")) return { ...lost, status: response.status, after };
      body = await response.json();
      if (typeof body !== "object" || body === null) return { ...lost, status: response.status, after };
    }
    if (response.ok) {
      const echoed = echo === undefined || body?.key === echo;
      return echoed ? { ours: true, ok: true, status: response.status, body, error: "", message: "", after, time } : { ...lost, status: response.status };
    }
    const error = String(body?.error ?? "");
    return { ours: Boolean(error), ok: false, status: response.status, body, error: error || "line", message: String(body?.message ?? ""), after, time };
  } catch {
    return lost;
  }
}
