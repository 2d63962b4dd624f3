// The organiser's dashboard: it is told whole, and reads nothing by itself.

import { STAFF, start as listen } from "./live/updates.js";
import { start as keepAges } from "./page/ages.js";
import { start as keepPlace } from "./page/language.js";
import { keepTimeExactly } from "./page/server-time.js";

document.documentElement.dataset.js = "";
keepTimeExactly();
keepPlace();
keepAges();
listen(STAFF);
