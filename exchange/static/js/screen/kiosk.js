// A browser window as a projector's picture: it stays awake, fills the screen and hides the pointer.

import { shortcutOf } from "../page/shortcut.js";

/** How long the pointer rests before it is hidden. */
const REST = 3000;

/** Keep the screen awake. Browsers allow it on https only; elsewhere the laptop's own settings must do. */
function stayAwake() {
  const ask = () => {
    if (document.visibilityState === "visible") void navigator.wakeLock?.request("screen").catch(() => {});
  };
  ask();
  document.addEventListener("visibilitychange", ask);
}

function hidePointer() {
  const page = document.documentElement;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const rest = () => {
    clearTimeout(timer);
    delete page.dataset.resting;
    timer = setTimeout(() => { page.dataset.resting = ""; }, REST);
  };
  for (const sign of ["pointermove", "pointerdown", "keydown"]) addEventListener(sign, rest, { passive: true });
  rest();
}

/** A button that is there while the pointer moves; F and a double click do the same. */
function offerFullScreen() {
  const button = document.getElementById("full");
  if (!button || !document.fullscreenEnabled) return;
  const toggle = () => void (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()).catch(() => {});
  const show = () => { button.hidden = Boolean(document.fullscreenElement); };
  show();
  button.addEventListener("click", toggle);
  document.addEventListener("fullscreenchange", show);
  document.addEventListener("dblclick", toggle);
  document.addEventListener("keydown", (event) => {
    if (shortcutOf(event) === "f" && !event.ctrlKey && !event.metaKey && !event.altKey) toggle();
  });
}

/** Install the listeners; once a page. */
export function start() {
  stayAwake();
  hidePointer();
  offerFullScreen();
}
