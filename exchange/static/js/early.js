// Marks the page as one with scripts before anything of it is drawn, so that what only scripts can do has its place from the
// beginning and nothing moves when the page's own script arrives. Loaded by a plain <script> in the head: it stops the parser,
// so it stays this small.
//
// Should the page's script not come, the mark goes, and with it the layout that needs it.

/** How long to wait for the page's script, in milliseconds. */
const PATIENCE = 10_000;

const root = document.documentElement;
root.dataset.js = "early";
/** What was pressed before the script could act on it. @type {HTMLElement | null} */
let pressed = null;

const isEarly = () => root.dataset.js === "early";

function giveUp() {
  if (isEarly()) delete root.dataset.js;
}

setTimeout(giveUp, PATIENCE);
addEventListener("error", ({ target }) => {
  if (target instanceof HTMLScriptElement && target.type === "module") giveUp();
}, true);
addEventListener("click", ({ target }) => {
  const found = isEarly() && target instanceof Element ? target.closest("button[data-opens], .row-q") : null;
  if (found instanceof HTMLElement) pressed = found;
});
// The script sets the mark anew when it begins; its listeners are there once that task has ended.
new MutationObserver((_, observer) => {
  if (isEarly()) return;
  observer.disconnect();
  if (root.dataset.js === "" && pressed?.isConnected) pressed.click();
}).observe(root, { attributes: true, attributeFilter: ["data-js"] });
