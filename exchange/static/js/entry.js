// A project's entry. It works without this; here nobody leaves it by mistake with something typed and not saved.

import { $ } from "./page/dom.js";
import { start as keepPlace } from "./page/language.js";

document.documentElement.dataset.js = "";
keepPlace();

const form = $("[data-entry]", HTMLFormElement);
let typed = false;
form?.addEventListener("input", () => { typed = true; });
form?.addEventListener("submit", () => { typed = false; });
addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });
