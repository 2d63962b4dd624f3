// The desk: one stand's questions, handled with one thumb.

import { start as keepAges } from "./ages.js";
import { start as countArrivals } from "./arrivals.js";
import { start as attendAsking } from "./asking.js";
import { start as guard } from "./guard.js";
import { STAFF, start as listen } from "./live.js";
import { start as attendPanels } from "./panels.js";
import { start as offerSignals } from "./sound.js";
import { start as attendTypingIn } from "./typing-in.js";
import { start as attendVerbs } from "./verbs.js";

document.documentElement.dataset.js = "";
keepAges();
attendAsking();
attendTypingIn();
offerSignals();
guard();
attendPanels();
attendVerbs();
countArrivals();
listen(STAFF);
