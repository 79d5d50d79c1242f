// Compares a full video with the preview of the same inputs: side by side, in step, and the preview without sound.
// It triggers `select`, which asks the server for both videos.
import { expectUpdate, updateArrived } from "../../../gradio_compat/frontend.js";
import { readEntries } from "../history/store.js";
import { pageAddress } from "../page/address.js";
import { providers } from "../page/providers.js";
import { state } from "../page/state.js";
import { keepInStep } from "./in_step.js";
import { previewOf } from "./preview_of.js";

let component = null; // what Gradio hands over: element, props, trigger
let asked = ""; // the run whose videos the server was asked for

function preview() {
  return previewOf(state.run.panel, readEntries(), (engine) => providers[engine]?.free, Date.now());
}

/** The panel shows a run. */
export function showCompare(panel) {
  if (!component || (panel.kind === "ok" && panel.run === asked)) return;
  if (component.props.value) component.props.value = null;
  asked = preview() ? panel.run : "";
  if (!asked) return;
  expectUpdate("compare");
  component.trigger("select");
}

/** Returns the run of the preview and that of the full video. */
export function runsToCompare() {
  return [preview()?.run ?? "", asked];
}

/** Another run was asked for: its picture covers the player, which has to be there. */
export function closeCompare() {
  if (component?.props.value?.open) setOpen(false);
}

function setOpen(open) {
  component.props.value = { ...component.props.value, open };
}

function play({ element, props }) {
  const [silent, full] = element.querySelectorAll("video");
  const addressOf = (name) => `${pageAddress(location)}/${props.value[name]}`;
  Object.assign(silent, { src: addressOf("silent"), muted: true });
  full.src = addressOf("sounding");
  silent.addEventListener("click", () => (full.paused ? full.play() : full.pause()));
  keepInStep(full, silent);
  document.querySelector("#result video")?.pause();
  full.focus();
  full.play().catch(() => {});
}

export function startCompare({ element, props, trigger, watch }) {
  component = { element, props, trigger };
  watch("value", () => {
    updateArrived("compare");
    if (props.value && props.value.run !== asked) props.value = null; // another run is shown by now
  });
  element.addEventListener("click", ({ target }) => {
    const { do: name } = target.closest("[data-do]")?.dataset ?? {};
    if (!name) return;
    setOpen(name === "open");
    requestAnimationFrame(() => {
      if (name === "open") play(component);
      else element.querySelector("[data-do=open]")?.focus();
    });
  });
}
