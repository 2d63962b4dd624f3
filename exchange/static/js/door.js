// The page that redeems a pass: removes the secret from the address, where it could be read over a shoulder or kept in the
// history, and posts it. What follows # is never sent to the server by the browser.

import { $, fieldOf } from "./page/dom.js";

const form = $("form[data-door]", HTMLFormElement);
const field = fieldOf(form, "secret", HTMLInputElement);

function open() {
  let secret = location.hash.slice(1);
  if (!form || !field || !secret) return;
  try { secret = decodeURIComponent(secret); } catch { /* as it stands */ }
  history.replaceState(null, "", location.pathname + location.search);
  field.value = secret;
  form.dataset.opening = "";
  form.requestSubmit();
}

document.documentElement.dataset.js = "";
addEventListener("hashchange", open);
open();
