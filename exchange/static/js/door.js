// The door: takes the secret out of the address, where it could be seen over a shoulder or kept in the history, and
// posts it. What stands behind # never reached the server by itself.

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
