// What was typed into a field that was removed stays in the page, to be copied, until somebody closes the box.

import { emit } from "./events.js";

/**
 * @param {Element} place  the box is inserted before it
 * @param {{name: string, value: string}[]} typed  by the ids of their fields
 * @returns {HTMLTextAreaElement} the field that now holds the text
 */
export function rescue(place, typed) {
  const { rescued = "", close = "" } = document.getElementById("main")?.dataset ?? {};
  const box = document.createElement("div");
  box.className = "rescued";
  box.setAttribute("data-kept", "");
  const label = document.createElement("label");
  label.className = "hint";
  label.textContent = rescued;
  const field = document.createElement("textarea");
  field.className = "input";
  field.dir = "auto";
  field.readOnly = true;
  field.value = typed.map(({ value }) => value).join("\n");
  label.append(field);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button-plain";
  button.textContent = close;
  button.addEventListener("click", () => {
    const hadFocus = box.contains(document.activeElement);
    box.remove();
    if (hadFocus) document.getElementById("main")?.focus({ preventScroll: true });
    emit("draft-discarded", { names: typed.map(({ name }) => name) });
  });
  box.append(label, button);
  place.before(box);
  return field;
}
