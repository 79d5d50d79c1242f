// How long a typed text takes; counted while it is typed.
import { speechSeconds } from "../page/form.js";

let component = null; // its props

export function estimateSpeech(text, pace) {
  return component ? speechSeconds(text, pace, component.per_s) : 0;
}

export function startSpeechEstimate({ props }) {
  component = props;
  props.value = estimateSpeech(document.querySelector("#text textarea")?.value ?? "", 1); // typed before this
}
