// The moderation: inbox, run list and stage, by pointer or by keyboard alone.

import { start as keepAges } from "./ages.js";
import { start as countArrivals } from "./arrivals.js";
import { start as attendAsking } from "./asking.js";
import { start as keepClock } from "./clock.js";
import { start as attendFilter } from "./filter.js";
import { start as attendFinding } from "./finding.js";
import { start as guard } from "./guard.js";
import { start as attendKeys } from "./keys.js";
import { STAFF, start as listen } from "./live.js";
import { start as attendPanels } from "./panels.js";
import { start as attendRunList } from "./runlist.js";
import { start as offerSignals } from "./sound.js";
import { start as attendTypingIn } from "./typing-in.js";
import { start as attendVerbs } from "./verbs.js";

document.documentElement.dataset.js = "";
keepAges();
keepClock();
attendAsking();
attendTypingIn();
offerSignals();
guard();
attendPanels();
attendVerbs();
attendRunList();
attendFilter();
attendFinding();
countArrivals();
attendKeys();
listen(STAFF);
