// The picture that covers the player while a run goes on.
import { useCover } from "../page/player.js";

export function startWaiting({ props }) {
  useCover(props);
}
