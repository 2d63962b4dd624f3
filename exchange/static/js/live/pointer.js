// Nothing moves away from under a finger that is down.

/** Whether a finger or button is down, and since when. */
let isDown = false;
let downAt = 0;
/** @type {(() => void)[]} */
const waiting = [];
/** Some releases are never reported: the browser's context menu swallows them. */
const LONGEST = 3000;

const run = () => waiting.splice(0).forEach((work) => work());

const released = () => {
  // After the click that follows the release.
  setTimeout(() => {
    isDown = false;
    run();
  }, 0);
};

addEventListener("pointerdown", () => { isDown = true; downAt = performance.now(); }, { capture: true, passive: true });
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, released, { capture: true, passive: true });
addEventListener("blur", released);

/**
 * Run now, or as soon as no finger is down; in the order of the calls.
 * @param {() => void} work
 */
export function whenPointerIsUp(work) {
  const left = isDown ? LONGEST - (performance.now() - downAt) : 0;
  waiting.push(work);
  if (left <= 0) run();
  else if (waiting.length === 1) setTimeout(run, left);
}
