// The desk: one stand's questions, handled with one thumb.

import { start as attendListEnds } from "./live/more.js";
import { STAFF, start as listen } from "./live/updates.js";
import { start as keepAges } from "./page/ages.js";
import { start as keepPlace } from "./page/language.js";
import { keepTimeExactly } from "./page/server-time.js";
import { start as attendAsking } from "./phone/asking.js";
import { start as countArrivals } from "./staff/arrivals.js";
import { start as ignoreSecondHalves } from "./staff/double-click.js";
import { start as attendLists } from "./staff/desk-lists.js";
import { start as guard } from "./staff/misclicks.js";
import { start as attendPanels } from "./staff/panels.js";
import { start as attendQuestionPage } from "./staff/question-page.js";
import { start as offerSignals } from "./staff/sound.js";
import { start as attendTypingIn } from "./staff/typing-in.js";
import { start as attendVerbs } from "./staff/verbs.js";

document.documentElement.dataset.js = "";
keepTimeExactly();
keepPlace();
ignoreSecondHalves();
keepAges();
attendAsking();
attendTypingIn();
offerSignals();
guard();
attendListEnds();
attendLists();
attendPanels();
attendVerbs();
countArrivals();
attendQuestionPage();
listen(STAFF);
