// The tab's title tells how long a run takes and how it ended, until its visitor has seen that.
import { clock, elapsedSeconds } from "../page/elapsed.js";

let plain = null; // the title as it was, while it is another
let ticking = 0;
let ended = false;

function setTitle(text) {
  plain ??= document.title;
  document.title = text.replace("{title}", plain);
}

export function restoreTitle() {
  clearInterval(ticking);
  ended = false;
  if (plain !== null) document.title = plain;
  plain = null;
}

/** Shows the elapsed time of a run that goes on. */
export function showElapsed(text, panel, now = () => Date.now()) {
  const since = now();
  const tick = () => setTitle(text.replace("{time}", clock(elapsedSeconds(panel, (now() - since) / 1000))));
  clearInterval(ticking);
  ended = false;
  ticking = setInterval(tick, 1000);
  tick();
}

export function showEnd(text) {
  clearInterval(ticking);
  setTitle(text);
  ended = true;
}

/** Has the title return to what it was when the visitor comes back to the tab, or uses the page. */
export function restoreOnceSeen() {
  const seen = () => ended && !document.hidden && restoreTitle();
  document.addEventListener("visibilitychange", seen);
  for (const name of ["pointerdown", "keydown"]) document.addEventListener(name, seen, true);
}
