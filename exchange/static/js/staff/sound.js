// A discreet sound and a short vibration for new questions. Off until somebody switches them on, which is also the user
// gesture that browsers require for sound; remembered on this device.

import { $$ } from "../page/dom.js";

/** @type {Record<"sound" | "vibration", () => void>} */
const signals = { sound: chime, vibration: buzz };
/** @type {AudioContext | undefined} */
let audio;

/** @param {string} name */
function isOn(name) {
  try { return localStorage.getItem(`exchange.${name}`) === "on"; } catch { return false; }
}

/** @param {string} name @param {boolean} on */
function remember(name, on) {
  try { localStorage.setItem(`exchange.${name}`, on ? "on" : "off"); } catch { /* then for this page only */ }
}

/** An AudioContext that is made before a user gesture stays suspended. */
function wake() {
  if (!isOn("sound") || !("AudioContext" in globalThis)) return;
  audio ??= new AudioContext();
  void audio.resume();
}

/** Two soft notes, a fourth apart: made to be noticed beside a conversation, not to interrupt it. */
function chime() {
  if (audio?.state !== "running") return;
  const now = audio.currentTime;
  for (const [pitch, at] of [[659.26, 0], [880, 0.13]]) {
    const tone = new OscillatorNode(audio, { type: "sine", frequency: pitch });
    const volume = new GainNode(audio, { gain: 0 });
    volume.gain.setValueAtTime(0, now + at);
    volume.gain.linearRampToValueAtTime(0.16, now + at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0005, now + at + 0.5);
    tone.connect(volume).connect(audio.destination);
    tone.start(now + at);
    tone.stop(now + at + 0.55);
  }
}

function buzz() {
  navigator.vibrate?.(60);
}

/** A new question. */
export function signal() {
  if (isOn("sound")) chime();
  if (isOn("vibration")) buzz();
}

/** Install the listeners; once a page. */
export function start() {
  for (const button of $$("[data-signal]", HTMLButtonElement)) {
    const name = button.dataset.signal === "sound" ? "sound" : "vibration";
    button.hidden = name === "vibration" ? !("vibrate" in navigator) || !matchMedia("(pointer: coarse)").matches : !("AudioContext" in globalThis);
    button.setAttribute("aria-pressed", String(isOn(name)));
    button.addEventListener("click", () => {
      const on = !isOn(name);
      remember(name, on);
      button.setAttribute("aria-pressed", String(on));
      if (!on) return;
      wake();
      // As a sample.
      if (name === "sound" && audio) void audio.resume().then(signals.sound);
      else signals[name]();
    });
  }
  for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, wake, { capture: true, passive: true });
}
