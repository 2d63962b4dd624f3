// Which key of a shortcut was pressed, whatever the layout, and whether or not Caps Lock is on.

/**
 * A letter is lower case, and upper case with Shift alone: Caps Lock changes what is typed, not what is meant. Where the
 * layout types other letters than Latin ones (Cyrillic, Greek), it is the letter at that place of a Latin keyboard, and so
 * are digits. All other keys are what they type.
 * @param {KeyboardEvent} event
 */
export function shortcutOf({ key, code, shiftKey }) {
  if (/^[a-z]$/i.test(key)) return cased(key, shiftKey);
  const [, letter, digit] = /^(?:Key([A-Z])|Digit(\d))$/.exec(code) ?? [];
  if (letter && /^[\p{L}\p{M}]$/u.test(key) && !/\p{Script=Latin}/u.test(key)) return cased(letter, shiftKey);
  return digit && /^\p{Nd}$/u.test(key) ? digit : key;
}

/** @param {string} letter @param {boolean} upper */
const cased = (letter, upper) => (upper ? letter.toUpperCase() : letter.toLowerCase());
