import { start as keepAges } from "./ages.js";
import { STAFF, start as listen } from "./live.js";
import { start as attendForms } from "./sending.js";

document.documentElement.dataset.js = "";
keepAges();
attendForms();
listen(STAFF);
