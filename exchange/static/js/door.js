// The page that redeems a pass: removes the secret from the address, where it could be read over a shoulder or kept in the
// history, and posts it. What follows # is never sent to the server by the browser.

import { $, fieldOf } from "./page/dom.js";

const form = $("form[data-door]", HTMLFormElement);
const field = fieldOf(form, "secret", HTMLInputElement);

const notice = $("[data-no-cookies]");
if (notice) notice.hidden = navigator.cookieEnabled;

function open() {
  let secret = location.hash.slice(1);
  if (!form || !field || !secret) return;
  try { secret = decodeURIComponent(secret); } catch { /* as it stands */ }
  history.replaceState(null, "", location.pathname + location.search);
  field.value = secret;
  // It would be let in, and forgotten before the next page.
  if (!navigator.cookieEnabled) return;
  form.dataset.opening = "";
  form.requestSubmit();
}

document.documentElement.dataset.js = "";
addEventListener("hashchange", open);
open();
