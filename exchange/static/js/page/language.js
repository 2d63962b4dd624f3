// The language link leads to the same place on the page. Only to one that is there: what follows # may be a pass's secret.

/** Install the listener; once a page. */
export function start() {
  document.addEventListener("click", ({ target }) => {
    if (target instanceof HTMLAnchorElement && target.hreflang && document.querySelector(":target")) target.hash = location.hash;
  });
}
