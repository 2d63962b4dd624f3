// What a page shows stands in its address. Scripts change that without a request; the language link follows.

import { $ } from "./dom.js";

/** The way to this page in the other language; a page that answers a form has none. */
const languageLink = () => $('a[hreflang][href^="?"]', HTMLAnchorElement);

/**
 * Set parts of the address's query; an empty value takes one away.
 * @param {Record<string, string>} parts
 */
export function setQuery(parts) {
  const address = new URL(location.href);
  const link = languageLink();
  const other = link && new URL(link.href);
  for (const [name, value] of Object.entries(parts)) {
    for (const one of [address, other]) {
      if (value) one?.searchParams.set(name, value);
      else one?.searchParams.delete(name);
    }
  }
  history.replaceState(history.state, "", address);
  if (link && other) link.setAttribute("href", other.search);
}
