// What the buttons of the status panel do in the browser; `stop` and `poll_again` go to the server.
import { findEntry } from "../history/store.js";
import { chooseEngine, copyText, focus, focusField } from "../page/dom.js";
import { holdsFilesOf } from "../page/form.js";
import { firstProvider } from "../page/providers.js";
import { publish, state } from "../page/state.js";

/** By way of a blob: the server's own header would name the file after the run. */
async function download(address) {
  const answer = await fetch(address);
  save(answer.ok ? URL.createObjectURL(await answer.blob()) : address, "mp4");
}

function save(href, kind) {
  Object.assign(document.createElement("a"), { href, download: `talking.${kind}` }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

function saveCaptions(kind) {
  save(URL.createObjectURL(new Blob([state.run.panel.captions[kind]], { type: "text/plain" })), kind);
}

/** Shows or hides the captions of the player; the button says what it does next. */
function switchCaptions(button) {
  for (const track of document.querySelector("#result video").textTracks) {
    track.mode = track.mode === "showing" ? "hidden" : "showing";
  }
  [button.textContent, button.dataset.done] = [button.dataset.done, button.textContent];
}

/**
 * Returns what "again" does for a run: "click" while the form holds what the run sent, "settings" on a fresh page.
 * A form that was changed is never sent in the place of the run: its own button does that.
 */
export function repeatBy(sentRun, run) {
  if (sentRun === run) return "click";
  return sentRun === null ? "settings" : "form";
}

/** Does what a button says; `note` puts a text on the panel in the place of the button. */
export function act(name, button, { texts, note }) {
  const useSettings = () => {
    const entry = findEntry(state.run.panel);
    const there = holdsFilesOf(entry);
    publish("reuse", entry?.settings);
    if (there) focus(document.querySelector("#generate"));
    else focusField("picture");
    note(there ? texts.there : texts.bring, name);
  };
  const repeat = () => {
    const way = repeatBy(state.form.sentRun, state.run.panel.run);
    const main = document.querySelector("#generate");
    if (way === "click") return main.click();
    if (way === "settings") return useSettings();
    focus(main);
    note(texts.changed, name);
  };
  const actions = {
    copy: () => copyText(button, location.href, button.dataset.done),
    download: () => {
      const video = document.querySelector("#result video");
      download(video.currentSrc || video.src);
    },
    captions: () => switchCaptions(button),
    srt: () => saveCaptions("srt"),
    vtt: () => saveCaptions("vtt"),
    console: () => window.open(button.dataset.to, "_blank", "noopener"),
    free: () => chooseEngine(firstProvider(true)),
    paid: () => chooseEngine(firstProvider(false)),
    own_key: () => {
      chooseEngine(firstProvider(false));
      focusField("key");
    },
    picture: () => document.querySelector("#picture")?.scrollIntoView({ block: "center" }),
    again: repeat,
    submit_again: repeat,
    settings: useSettings,
  };
  actions[name]?.();
}

/** Returns the panel of a run while the page's server does not answer; `seconds` is where its clock stops. */
export function lostPanel(panel, texts, seconds) {
  const actions = [{ do: "reconnect", text: texts.poll_again, to: "", done: "" }];
  const said = { title: texts.lost, line: texts.lost_line, in_all: panel.so_far, usual: "", notes: [] };
  return { ...panel, ...said, kind: "bad", elapsed_s: seconds, high: 0, share: null, actions };
}

/** Returns the panel with a note, and without the button that led to it. */
export function withNote(panel, text, name) {
  return { ...panel, notes: [text], actions: panel.actions.filter((action) => action.do !== name) };
}
