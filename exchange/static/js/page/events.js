// Every event of our own, by name, with what it carries. Nothing else makes or hears an `exchange:` event.

/** @typedef {import("../phone/outbox.js").Entry} Entry */
/** @typedef {import("../staff/pending-writes.js").PendingWrite} PendingWrite */
/** @typedef {import("../outbox/post.js").Answer} Answer */

/**
 * @typedef {object} Events
 * @property {{heard: string[], outside: HTMLElement[]}} dom-updated  the server's news has been placed
 *   `heard`: the ids that a push was about; `outside`: what was pushed and belongs where its list is not shown
 * @property {undefined} time-known         an answer has told the server's time, for the first time or better
 * @property {{state: string}} connection-changed
 * @property {undefined} connection-wanted  something has to be sent while the connection counts as lost
 * @property {undefined} page-read          the server has answered with this page as it is now
 * @property {{kind: import("../outbox/sender.js").Kind, entry: Entry}} outbox-changed
 * @property {undefined} feedback-ended     a form no longer shows an outbox entry: the waiting list may
 * @property {{number: number, form: HTMLFormElement}} question-asked
 * @property {{names: string[]}} draft-discarded
 * @property {undefined} pending-changed    the writes that staff's pages have not got confirmed
 * @property {{entry: PendingWrite, answer: Answer, attended: boolean}} pending-settled
 *   done or refused; `attended`: whoever pressed is still on the page and has been told
 * @property {{entry: PendingWrite}} pending-cancelled
 * @property {{question: string}} change-undone  `question`: its card's id, or ""
 * @property {undefined} panel-toggled
 * @property {{panel: HTMLElement}} panel-made  its fields are there now
 */

/**
 * @template {keyof Events} K
 * @param {K} name
 * @param {Events[K] extends undefined ? [] : [Events[K]]} detail
 */
export function emit(name, ...[detail]) {
  document.dispatchEvent(new CustomEvent(`exchange:${name}`, { detail }));
}

/**
 * @template {keyof Events} K
 * @param {K} name
 * @param {(detail: Events[K]) => void} handler
 * @returns {() => void} stops listening
 */
export function on(name, handler) {
  const listener = (/** @type {Event} */ event) => handler(/** @type {CustomEvent} */ (event).detail ?? undefined);
  document.addEventListener(`exchange:${name}`, listener);
  return () => document.removeEventListener(`exchange:${name}`, listener);
}
