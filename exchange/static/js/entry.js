// A project's entry. It works without this; here nobody leaves it by mistake with something typed and not saved.

import { $ } from "./page/dom.js";
import { start as attendFolding } from "./staff/folding.js";
import { start as keepPlace } from "./page/language.js";
import { start as ignoreSecondHalves } from "./staff/double-click.js";

document.documentElement.dataset.js = "";
attendFolding();
keepPlace();
ignoreSecondHalves();

const form = $("[data-entry]", HTMLFormElement);
let typed = false;
form?.addEventListener("input", () => { typed = true; });
form?.addEventListener("submit", () => { typed = false; });
addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });
