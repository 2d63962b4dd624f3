// The attendee's pages. Everything here is an improvement: the pages work without it.

import { ATTENDEES, readAgain, start as listen } from "./live/updates.js";
import { start as keepAges } from "./page/ages.js";
import { start as sayNews } from "./page/announce.js";
import { on } from "./page/events.js";
import { start as attendAsking } from "./phone/asking.js";
import { start as attendOwn } from "./phone/edit-own.js";
import { start as knowMine } from "./phone/hide-own.js";
import { start as attendVotes } from "./phone/me-too.js";
import { start as showWaiting } from "./phone/waiting-list.js";

document.documentElement.dataset.js = "";
keepAges();
showWaiting();
attendVotes();
attendOwn();
attendAsking();
knowMine();
sayNews();
listen(ATTENDEES);

// What may be done follows from the phase: when it changes, so does more than its own fragment. Everybody hears of it at
// once, so each waits a little while of its own before it reads.
let phase = document.getElementById("phase")?.dataset.phase;
on("dom-updated", () => {
  const now = document.getElementById("phase")?.dataset.phase;
  if (now === phase) return;
  phase = now;
  setTimeout(() => void readAgain(), Math.random() * 5000);
});
