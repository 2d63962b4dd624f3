// While nobody looks at the tab, its title counts what became of my questions: "(2) Digitaler Bauantrag ...".

let unseen = 0;

/** Pages that were read again bring their own title: it is shown anew each time. @param {HTMLElement[]} [fresh]  whose sentence is another */
export function count(fresh = []) {
  unseen = document.visibilityState === "hidden" ? unseen + fresh.filter(({ dataset }) => dataset.list === "mine").length : 0;
  document.title = (unseen ? `(${unseen}) ` : "") + document.title.replace(/^\(\d+\) /, "");
}

/** Install the listener; once a page. */
export function start() {
  document.addEventListener("visibilitychange", () => count());
}
