// What a visitor finds below the video that somebody else has made: the way to a video of one's own.
import { addressOfRun } from "../page/address.js";
import { chooseEngine, focusField } from "../page/dom.js";
import { state } from "../page/state.js";
import { endVisit } from "../page/visit.js";

let component = null; // its props

/** The panel shows a run. */
export function showVisit({ kind, wants_key }) {
  if (component) component.value = { seen: kind === "ok", whose: wants_key };
}

export function startVisitPart({ element, props }) {
  component = props;
  element.addEventListener("click", (event) => {
    const { do: name } = event.target.closest("[data-do]")?.dataset ?? {};
    if (!name) return;
    event.preventDefault();
    if (name === "own") return location.assign(addressOfRun(location.href, {}));
    endVisit();
    chooseEngine(state.run.panel.engine);
    requestAnimationFrame(() => focusField("key"));
  });
}
