// The hall screen: reads, never writes, makes no sound.

import { STAFF, start as listen } from "./live/updates.js";
import { $$ } from "./page/dom.js";
import { on } from "./page/events.js";
import { start as fit } from "./screen/fit.js";

/** How long the pointer rests before it is out of the picture. */
const REST = 3000;

document.documentElement.dataset.js = "";
fit();
tick();
setInterval(tick, 250);
on("dom-updated", tick);
listen(STAFF);
stayAwake();
hidePointer();
offerFullScreen();

/** The time that is left, in minutes and seconds; at its end it stays at nought. */
function tick() {
  for (const clock of $$("[data-until]")) {
    const left = Math.max(0, Math.ceil((Date.parse(clock.dataset.until ?? "") - Date.now()) / 1000));
    if (Number.isNaN(left)) continue;
    const text = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (clock.textContent !== text) clock.textContent = text;
    clock.toggleAttribute("data-my-over", left === 0);
  }
}

/** Browsers allow it on https only; elsewhere the laptop's own settings must do. */
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
    if (event.key === "f" && !event.ctrlKey && !event.metaKey && !event.altKey) toggle();
  });
}
