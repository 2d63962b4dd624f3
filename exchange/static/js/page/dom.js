// Typed look-ups: a selector and the class that the element must have, so that no caller needs a cast.

/**
 * @template {Element} T
 * @typedef {abstract new (...given: any[]) => T} Kind
 */

/**
 * @template {Element} T
 * @param {unknown} found
 * @param {Kind<T>} kind
 * @returns {T | null}
 */
const as = (found, kind) => (found instanceof kind ? found : null);

// The one cast: the type parameter's default is HTMLElement, which a default value cannot say.
const HTML = /** @type {any} */ (HTMLElement);

/**
 * The first match, or null if there is none or it is of another class.
 * @template {Element} [T=HTMLElement]
 * @param {string} selector
 * @param {Kind<T>} [kind]
 * @param {ParentNode | null} [root]
 */
export const $ = (selector, kind = HTML, root = document) => as(root?.querySelector(selector), kind);

/**
 * All matches of that class, in document order.
 * @template {Element} [T=HTMLElement]
 * @param {string} selector
 * @param {Kind<T>} [kind]
 * @param {ParentNode | null} [root]
 * @returns {T[]}
 */
export const $$ = (selector, kind = HTML, root = document) =>
  [...(root?.querySelectorAll(selector) ?? [])].flatMap((found) => as(found, kind) ?? []);

/**
 * The first match; it is a fault in the template if there is none.
 * @template {Element} [T=HTMLElement]
 * @param {string} selector
 * @param {Kind<T>} [kind]
 * @param {ParentNode | null} [root]
 */
export function must(selector, kind = HTML, root = document) {
  const found = $(selector, kind, root);
  if (!found) throw new Error(`The page has no ${selector}`);
  return found;
}

/**
 * @template {Element} [T=HTMLElement]
 * @param {string | null | undefined} id
 * @param {Kind<T>} [kind]
 */
export const byId = (id, kind = HTML) => as(document.getElementById(id ?? ""), kind);

/**
 * The nearest ancestor that matches, from an element or an event's target.
 * @template {Element} [T=HTMLElement]
 * @param {EventTarget | null | undefined} from
 * @param {string} selector
 * @param {Kind<T>} [kind]
 */
export const closest = (from, selector, kind = HTML) => as(from instanceof Element && from.closest(selector), kind);

/**
 * A form's field by its name.
 * @template {Element} T
 * @param {HTMLFormElement | null} form
 * @param {string} name
 * @param {Kind<T>} kind
 */
export const fieldOf = (form, name, kind) => as(form?.elements.namedItem(name), kind);

/** What has the focus. */
export const focused = () => as(document.activeElement, HTMLElement);

/**
 * Take over the sending of every form that matches, of those that come later as well.
 * @param {string} selector
 * @param {(form: HTMLFormElement, button: HTMLElement | null) => void} send
 */
export function onSubmit(selector, send) {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches(selector)) return;
    event.preventDefault();
    send(form, event.submitter);
  });
}
