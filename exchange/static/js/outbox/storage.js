// Durable storage for writes: one item of localStorage each, so that two tabs never overwrite each other's. What storage
// does not take (full, denied) is kept in memory, and the browser asks before the page is left.

/**
 * @typedef {object} Stored
 * @property {string} key
 * @property {string} url
 * @property {Record<string, string>} fields
 * @property {number} order  what was written down later has more
 */

/**
 * Texts that are still being written, stored twice: for this tab (sessionStorage), and for whichever tab comes after a
 * crash (localStorage). With two tabs on the same field the later text survives, and none deletes the other's.
 */
export const drafts = {
  /** @param {string} name @returns {any} */
  read(name) {
    try { return JSON.parse(sessionStorage.getItem(name) ?? localStorage.getItem(name) ?? "null"); } catch { return null; }
  },

  /** All names with this prefix. @param {string} prefix @returns {string[]} */
  names(prefix) {
    try {
      return [...new Set([sessionStorage, localStorage].flatMap((place) => Object.keys(place)))].filter((name) => name.startsWith(prefix));
    } catch {
      return [];
    }
  },

  /** @param {string} name @param {unknown} value  null: sent, or stored in the outbox */
  write(name, value) {
    const text = JSON.stringify(value);
    try {
      const mine = sessionStorage.getItem(name);
      if (value !== null) {
        sessionStorage.setItem(name, text);
        localStorage.setItem(name, text);
      } else {
        sessionStorage.removeItem(name);
        if (localStorage.getItem(name) === mine) localStorage.removeItem(name);
      }
    } catch { /* full, or denied: then it lives in the page only */ }
  },
};

/**
 * A store for writes of one kind.
 * @template {Stored} T
 * @param {string} prefix of the items' names
 */
export function durableStore(prefix) {
  /** @type {Map<string, T>} */
  const memory = new Map();

  /** @param {string} key */
  function itemOf(key) {
    try { return localStorage.getItem(prefix + key); } catch { return null; }
  }

  /** What an item holds; null if it is none of ours. @param {string | null} text @returns {T | null} */
  function parse(text) {
    try {
      const one = JSON.parse(text ?? "null");
      return one && typeof one.key === "string" && /^\/[^/]/.test(one.url) && typeof one.fields === "object" ? one : null;
    } catch {
      return null;
    }
  }

  addEventListener("beforeunload", (event) => {
    if (memory.size) event.preventDefault();
  });

  return {
    parse,

    /** As it is now: another tab may have changed it. @param {string} key @returns {T | null} */
    find: (key) => memory.get(key) ?? parse(itemOf(key)),

    /** All of them, in their order. @returns {T[]} */
    all() {
      const found = [...memory.values()];
      try {
        for (const name of Object.keys(localStorage)) {
          const one = name.startsWith(prefix) ? parse(localStorage.getItem(name)) : null;
          if (one && !memory.has(one.key)) found.push(one);
        }
      } catch { /* storage is denied */ }
      return found.sort((one, other) => one.order - other.order);
    },

    /** Stored is only what reads back identical. @param {T} one */
    write(one) {
      const text = JSON.stringify(one);
      try {
        localStorage.setItem(prefix + one.key, text);
      } catch { /* full, or denied */ }
      if (itemOf(one.key) === text) memory.delete(one.key);
      else memory.set(one.key, one);
    },

    /** @param {string} key */
    erase(key) {
      memory.delete(key);
      try { localStorage.removeItem(prefix + key); } catch { /* it was not there */ }
    },

    /** Whether it will be there when the page is opened again. @param {{key: string}} one */
    isStored: ({ key }) => itemOf(key) !== null,
  };
}
