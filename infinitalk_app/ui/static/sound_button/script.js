// The button that gives the sample its sound.
import { muteSample } from "../page/player.js";

export function startSoundButton({ element }) {
  muteSample(element.querySelector("button"));
}
