// The attendee's pages. Everything here is progressive enhancement: the pages work without it.

import { ATTENDEES, readAgain, start as listen } from "./live/updates.js";
import { start as keepAges } from "./page/ages.js";
import { start as sayNews } from "./page/announce.js";
import { on } from "./page/events.js";
import { start as keepPlace } from "./page/language.js";
import { start as attendAsking } from "./phone/asking.js";
import { start as attendOwn } from "./phone/edit-own.js";
import { start as knowMine } from "./phone/hide-own.js";
import { start as attendVotes } from "./phone/me-too.js";
import { start as showWaiting } from "./phone/waiting-list.js";

document.documentElement.dataset.js = "";
keepPlace();
keepAges();
showWaiting();
attendVotes();
attendOwn();
attendAsking();
knowMine();
sayNews();
listen(ATTENDEES);

// What may be done depends on the phase: when it changes, more changes than its own fragment. It is pushed to all phones at
// once, so each waits for a random time before it reads the page again.
let phase = document.getElementById("phase")?.dataset.phase;
on("dom-updated", () => {
  const now = document.getElementById("phase")?.dataset.phase;
  if (now === phase) return;
  phase = now;
  setTimeout(() => void readAgain(), Math.random() * 5000);
});
