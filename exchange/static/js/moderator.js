// The moderation: inbox, run list and stage, by pointer or by keyboard alone.

import { start as keepAges } from "./page/ages.js";
import { start as countArrivals } from "./staff/arrivals.js";
import { start as attendAsking } from "./phone/asking.js";
import { start as keepClock } from "./staff/clock.js";
import { start as attendFilter } from "./staff/filter.js";
import { start as attendFinding } from "./staff/finding.js";
import { start as guard } from "./staff/misclicks.js";
import { start as attendKeys } from "./staff/keys.js";
import { STAFF, start as listen } from "./live/updates.js";
import { start as attendPanels } from "./staff/panels.js";
import { start as attendRunList } from "./staff/runlist.js";
import { start as offerSignals } from "./staff/sound.js";
import { start as attendTypingIn } from "./staff/typing-in.js";
import { start as attendVerbs } from "./staff/verbs.js";

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
