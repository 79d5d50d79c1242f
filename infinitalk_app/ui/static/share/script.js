// Shares a finished video: as a file where the browser can, and by its link everywhere.
import { findEntry } from "../history/store.js";
import { addressOfRun, namesOfRun } from "../page/address.js";
import { announce } from "../page/dom.js";
import { state } from "../page/state.js";
import { copyAddress, shareFile, sharesFiles } from "./ways.js";

let component = null; // its props
let fetched = { run: "", file: null }; // the video that was shared last, as a file

/** The panel shows a run. */
export function showShare(panel) {
  if (!component) return;
  const value = panel.kind === "ok" && panel.job ? shown(panel, component.texts) : null;
  if (JSON.stringify(value) !== JSON.stringify(component.value)) component.value = value;
}

function shown(panel, texts) {
  const time = new Date(1000 * panel.kept_until).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
  const mine = Boolean(findEntry(panel)?.secret);
  return { run: panel.run, seen: texts.seen.replace("{time}", time), mine, files: sharesFiles(navigator) };
}

/** Returns the secret of the run whose link was given away: the server then makes its share card. */
export function secretOfRun() {
  return findEntry(state.run.panel)?.secret ?? "";
}

async function fileOf(run) {
  if (fetched.run !== run) {
    const video = document.querySelector("#result video");
    const answer = await fetch(video.currentSrc || video.src);
    if (!answer.ok) throw new Error("the video is not there");
    fetched = { run, file: new File([await answer.blob()], "talking.mp4", { type: "video/mp4" }) };
  }
  return fetched.file;
}

async function share(run) {
  try {
    return await shareFile(navigator, await fileOf(run), document.title);
  } catch {
    return "unsupported";
  }
}

export function startShare({ element, props, trigger }) {
  component = props;
  const say = (name, address) => {
    const said = element.querySelector(".said");
    const box = element.querySelector(".address");
    said.textContent = props.texts[name];
    said.hidden = false;
    box.hidden = name !== "by_hand";
    announce(props.texts[name]);
    if (box.hidden) return;
    box.value = address;
    box.select();
  };
  element.addEventListener("click", async (event) => {
    const { do: name } = event.target.closest("[data-do]")?.dataset ?? {};
    const { panel } = state.run;
    if (name === "share") say(await share(panel.run));
    if (name !== "copy") return;
    if (secretOfRun()) trigger("select");
    const address = addressOfRun(location.origin + location.pathname, namesOfRun(panel));
    say(await copyAddress(navigator, address), address);
  });
}
