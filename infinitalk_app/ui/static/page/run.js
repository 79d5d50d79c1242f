// The run that the page watches: from the click, from the address, or from this browser's history.
import { expectUpdate, update, updateArrived } from "../../../gradio_compat/frontend.js";
import { isSaid } from "../accessibility/announcements.js";
import { findEntry, unwatchedRun } from "../history/store.js";
import { namesOfRun, runOfAddress, setAddress } from "./address.js";
import { announce, chooseEngine, focusField } from "./dom.js";
import { inputsOfClick } from "./form.js";
import { firstProvider, providers } from "./providers.js";
import { takeToken } from "./run_token.js";
import { publish, state } from "./state.js";

let said = { run: "", at: 0 }; // what screen readers were told last

/** The click on the main button: returns all inputs as they are, with the run token in the last one. */
export function click(names, values) {
  const { run, form } = state;
  form.missing = null;
  if (!run.token) {
    ({ token: run.token, secret: run.secret } = takeToken());
    setAddress({ run: run.token });
  }
  if (run.panel?.run !== run.token) {
    run.clicked = run.token;
    run.before = run.panel;
    const inputs = Object.fromEntries(names.map((name, i) => [name, values[i]]));
    publish("clicked", { token: run.token, secret: run.secret, inputs });
  }
  expectUpdate("run");
  form.told = inputsOfClick(names, values);
  return [...values.slice(0, -1), run.token];
}

/** Gradio did not take the click. A run may have started all the same: its token stays, and a second click finds it. */
export function clickFailed() {
  updateArrived("run");
  if (state.run.panel?.run !== state.run.token) publish("unanswered");
}

/** On load: returns the run that the address names, else one of this browser's that no page watches. */
export async function findRun() {
  const found = runOfAddress(location.search) ?? (await unwatchedRun());
  if (!found) return ["", ""];
  expectUpdate("run");
  const known = findEntry({ run: found.run, job: found.job || found.run });
  const free = providers[known?.engine]?.free ? known.engine : ""; // its address names none before it has an id
  return [found.job || found.run, found.engine || free];
}

/** The panel shows a run, or another state of it. */
export function showRun(panel) {
  const { run, form } = state;
  run.panel = panel;
  if (!panel?.run) return;
  if (panel.run === run.clicked) form.sentRun = panel.run;
  run.clicked = "";
  run.token = isWatched(panel) ? panel.run : "";
  setAddress(panel.link ? namesOfRun(panel) : {});
  publish("shown", panel);
  if (isSaid(panel, said, Date.now())) say(panel);
  if (panel.wants_key && !document.querySelector("#key input")) chooseEngine(panel.engine);
}

function say({ run, title, line }) {
  said = { run, at: Date.now() };
  announce(`${title}${/[.!?]$/.test(title) ? "" : "."} ${line}`);
}

function isWatched(panel) {
  return panel?.kind === "busy" && !panel.stopped;
}

/** The click lacked something, and nothing was sent: all is as it was before the click. Returns the panel. */
export function refuseClick({ missing, ...idle }) {
  const { run, form } = state;
  if (isWatched(run.panel)) run.panel = run.before ?? { ...idle, missing: null }; // seen while the voice was made
  form.missing = { kind: "bad", text: missing.text };
  publish("refused", { ...missing, token: run.token });
  run.token = "";
  setAddress({});
  focusField(missing.field);
  announce(missing.text);
  return run.panel;
}

/** Returns the main button's words; it rests while a run goes on. */
export function mainButton(panel) {
  const busy = isWatched(panel);
  const engine = busy ? panel.engine : document.querySelector("#engine input:checked")?.value;
  const provider = providers[engine] ?? providers[firstProvider(false)];
  return update({ value: busy ? provider.going : provider.go, interactive: !busy });
}
