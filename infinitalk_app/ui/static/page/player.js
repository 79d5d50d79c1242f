// The player: a sample, or the video of somebody else, that plays without sound, and the picture that covers it while
// a run goes on.
import { expectUpdate, updateArrived } from "../../../gradio_compat/frontend.js";
import { findEntry } from "../history/store.js";
import { isVisit } from "./visit.js";

let cover = null; // the props of the waiting picture
let awaitedRun = ""; // the run whose video is on its way
let quiet = true; // a video that nobody here has asked for: the sample, and that of somebody else
let muted = true;

export function useCover(props) {
  cover = props;
}

function setCover(value) {
  const player = document.querySelector("#player");
  const wasCovered = player?.classList.contains("covered");
  if (cover) cover.value = value;
  player?.classList.toggle("covered", Boolean(value));
  const video = document.querySelector("#result video");
  if (value) video?.pause();
  else if (wasCovered) video?.play().catch(() => {});
}

export function uncover() {
  setCover(null);
}

/** A run was asked for: the form's picture covers the player. */
export function coverAtClick({ inputs }) {
  const picture = document.querySelector("#picture img");
  setCover({ src: inputs.picture?.url ?? picture?.src ?? "", still: false });
  if (innerWidth < 960) document.querySelector("#output")?.scrollIntoView({ block: "start", behavior: "smooth" });
}

/** A run is in another state: the picture stays until its video has arrived. */
export function coverRun(panel) {
  quiet = isVisit();
  awaitedRun = panel.kind === "ok" ? panel.run : "";
  if (awaitedRun && !videoArrived()) expectUpdate("video");
  if (panel.stopped || videoArrived()) return uncover();
  const src = cover?.value?.src || findEntry(panel)?.poster || "";
  setCover({ src, still: panel.kind === "bad" || panel.kind === "idle" });
}

/** The video comes a moment after the panel says that it is ready; its address holds the run's token. */
function videoArrived() {
  const video = document.querySelector("#result video");
  return Boolean(awaitedRun && video?.readyState && video.currentSrc.includes(awaitedRun));
}

/** Until the visitor asks for sound, such a video plays without it; with reduced motion it does not play. */
export function muteSample(button) {
  const player = document.querySelector("#player");
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let touched = false;

  const mute = (video) => {
    video.muted = true;
    video.playsInline = true;
    if (calm) video.pause();
    else video.play().catch(() => {});
  };
  const allowSound = () => {
    muted = false;
    button.hidden = true;
  };
  const changed = ({ target: video }) => {
    if (videoArrived()) {
      updateArrived("video");
      uncover();
    }
    if (video.tagName !== "VIDEO" || !muted) return;
    if (!quiet) allowSound();
    else if (!video.muted) mute(video);
  };

  // Gradio's player sets `muted` back, and the browser then stops the video: both events are needed.
  for (const name of ["loadedmetadata", "volumechange"]) player.addEventListener(name, changed, true);
  for (const name of ["pointerdown", "keydown"]) {
    document.addEventListener(
      name,
      () => {
        touched = true;
      },
      true,
    );
  }
  player.addEventListener("play", (event) => calm && !touched && event.target.pause(), true);
  player.querySelectorAll("video").forEach(mute);
  button.addEventListener("click", () => {
    const video = player.querySelector("video");
    allowSound();
    if (!video) return;
    video.muted = false;
    video.currentTime = 0;
    video.play();
  });
}
