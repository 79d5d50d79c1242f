// Title and ways in of a card: a file, the camera, the microphone, or a typed text. It triggers `select`.
import { update } from "../../../gradio_compat/frontend.js";
import { onceThere } from "../page/dom.js";
import { state } from "../page/state.js";

let voice = null; // the element of the voice's card

/** Returns the way to a voice that was chosen last. */
export function chosenWay() {
  return state.form.way;
}

/** Shows the recording or the text box, as the visitor or an example has chosen. */
export function changeWay(way) {
  state.form.way = way;
  voice.querySelector("[data-do=type]")?.setAttribute("aria-pressed", way === "text");
  return [update({ visible: way !== "text" }), update({ visible: way === "text" })];
}

/** The server has looked at the form, and knows how long the voice is. */
export function showLength({ length }) {
  if (voice) voice.querySelector("small").textContent = length;
}

export function startWays({ element, props, trigger }) {
  const { box } = props;
  if (box === "voice") voice = element;
  const choose = (way) => {
    state.form.way = way;
    trigger("select");
  };
  // Gradio's own buttons for a source empty the box, and go to it.
  const source = (name) => onceThere(`#${box} .source-selection [aria-label="${name}"]`, (button) => button.click());
  const actions = {
    upload: () => document.querySelector(`#${box}file input`).click(),
    camera: () => source("Capture from camera"),
    record: () => {
      choose("recording");
      source("Record audio");
    },
    type: () => choose(state.form.way === "text" ? "recording" : "text"),
  };
  element.addEventListener("click", ({ target }) => actions[target.closest("[data-do]")?.dataset.do]?.());
}
