// Tells a visitor who does something else meanwhile that a run has ended: by the tab's title, and a paid one by a
// notification.
import { plainText } from "../page/dom.js";
import { providers } from "../page/providers.js";
import { askForPermission, notify } from "./notification.js";
import { restoreOnceSeen, restoreTitle, showElapsed, showEnd } from "./tab_title.js";

let texts = null;
let followed = ""; // the run whose end is told: it was started here, or seen going on

export function startDoneNotice({ props }) {
  texts = props.texts;
  restoreOnceSeen();
}

/** A run was asked for. */
export function followRun({ token, inputs }) {
  followed = token;
  if (!providers[inputs.engine]?.free) askForPermission();
}

/** The panel shows a run. */
export function tellState(panel) {
  if (!texts) return;
  if (panel.kind === "busy") {
    followed = panel.run;
    showElapsed(texts.busy, panel);
  } else if (followed !== panel.run || panel.kind === "idle") {
    restoreTitle();
  } else {
    followed = "";
    showEnd(texts[panel.kind]);
    if (!providers[panel.engine]?.free) notify(plainText(panel.title), plainText(panel.line), panel.run);
  }
}
