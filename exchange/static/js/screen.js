// The hall screen: reads, never writes, makes no sound.

import { STAFF, start as listen } from "./live/updates.js";
import { start as announce } from "./page/announce.js";
import { start as countElapsed } from "./page/elapsed.js";
import { keepTimeExactly } from "./page/server-time.js";
import { start as countDown } from "./screen/countdown.js";
import { start as fit } from "./screen/fit.js";
import { start as showAsKiosk } from "./screen/kiosk.js";

document.documentElement.dataset.js = "";
keepTimeExactly();
fit();
countDown();
countElapsed();
announce();
listen(STAFF);
showAsKiosk();
