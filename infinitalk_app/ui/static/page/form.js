// The form: presets from the address, settings of an earlier run, the seed, and what a provider offers.
import { expectUpdate, update } from "../../../gradio_compat/frontend.js";
import { announce } from "./dom.js";
import { providers } from "./providers.js";
import { publish, state } from "./state.js";

function wholeNumber(value, least, most) {
  return /^-?\d+$/.test(String(value)) && value >= least && value <= most ? Number(value) : null;
}

/** Returns the wanted prompt, engine, resolution, fps and seed, and the present one for what cannot be used. */
export function usableSettings(wanted, now) {
  const resolutions = Object.values(providers).flatMap((provider) => provider.resolutions.map(([, value]) => value));
  const prompt = typeof wanted.prompt === "string" && wanted.prompt.trim();
  return [
    prompt ? wanted.prompt.slice(0, 2000) : now.prompt,
    Object.hasOwn(providers, wanted.engine) ? wanted.engine : now.engine,
    resolutions.includes(wanted.resolution) ? wanted.resolution : now.resolution,
    wholeNumber(wanted.fps, 16, 30) ?? now.fps,
    wholeNumber(wanted.seed, -1, Number.MAX_SAFE_INTEGER) ?? now.seed,
  ];
}

/** Returns the settings that the address asks for. */
export function presets(prompt, engine, resolution, fps, seed) {
  const asked = [...new URL(location.href).searchParams].filter(([, value]) => value !== "");
  return usableSettings(Object.fromEntries(asked), { prompt, engine, resolution, fps, seed });
}

/** Names a file by what is in it: a fresh page has an example under the same name. */
export function contentName(file) {
  return file?.path?.split("/").slice(-2).join("/");
}

/** Names the files of a form; a typed text has no such name. */
export function filesOf({ picture, video, way, voice }) {
  const names = [contentName(video ?? picture), contentName(voice)];
  return way !== "text" && names.every(Boolean) ? names.join(" ") : "";
}

/** Returns whether the form holds the files of an earlier run. */
export function holdsFilesOf(entry) {
  return Boolean(entry?.files) && entry.files === state.form.files;
}

/** The form goes to the server as it is, and the preflight line comes back. */
export function sendForm(...values) {
  const [picture, video, way, voice] = values;
  state.form.files = filesOf({ picture, video, way, voice });
  expectUpdate("preflight");
  return values;
}

/** Returns the settings of the run that shall be used again. */
export function reusedSettings(prompt, engine, resolution, fps, seed) {
  return usableSettings(state.form.settings ?? {}, { prompt, engine, resolution, fps, seed });
}

/** Returns what a provider asks for and offers: its key, its terms, resolutions, frames per second. */
export function providerFields(id, resolution) {
  const { asks, terms, resolutions, fps } = providers[id];
  return [
    update({ visible: asks }),
    ...keyFields(id),
    update({ value: terms }),
    update({
      choices: resolutions,
      value: (resolutions.find(([, value]) => value === resolution) ?? resolutions[0])[1],
    }),
    update({ minimum: fps[0], maximum: fps[1] }),
  ];
}

/** Returns the box for a provider's key, and the note below: a key for one service is never sent to another. */
export function keyFields(id) {
  const { asks, key } = providers[id];
  const { keyOf } = state.form;
  if (asks) state.form.keyOf = id;
  const another = asks && keyOf && keyOf !== id;
  return [update(another ? { ...key, value: "" } : key), update(another ? { value: null } : {})];
}

export function nextSeed(now, keep) {
  return keep ? now : crypto.getRandomValues(new Uint32Array(1))[0];
}

/** Notes that the visitor does something: before, the page fills its form by itself. */
export function watchVisitor() {
  const touch = () => {
    state.form.touched = true;
  };
  for (const name of ["pointerdown", "keydown", "input", "drop"]) document.addEventListener(name, touch, true);
}

export function formChanged() {
  if (state.form.touched) state.form.sentRun = "";
}

/** Says in the line at the main button, until the next edit, why something was not done. */
export function refuse(text) {
  state.form.missing = { kind: "bad", text };
  publish("edited");
  announce(text);
}

/** Says something in that line that stands until the form has other files. */
export function remind(kind, text) {
  state.form.missing = { kind, text, files: state.form.files };
  publish("edited");
  announce(text);
}

export function noLongerRefused() {
  state.form.missing = null;
  publish("edited");
}

/**
 * The form has changed: what the last click lacked no longer stands. Gradio tells of some values twice, and of the
 * key without a value.
 */
export function formEdited(...values) {
  const { form } = state;
  const told = values.length ? JSON.stringify(values) : form.told;
  const same = values.length && (!form.told || told === form.told);
  form.told = told;
  const [picture, video, way, voice] = values;
  const stands = form.missing?.files !== undefined && form.missing.files === filesOf({ picture, video, way, voice });
  if (form.missing && !same && !stands) noLongerRefused();
}

/** Returns the inputs of a click as `formEdited` gets them: without the key, which is kept nowhere. */
export function inputsOfClick(names, values) {
  return JSON.stringify(values.filter((_, i) => i < names.length && names[i] !== "api_key"));
}

/** Returns about how many seconds a text takes, as `estimated_s` of text_to_speech.py does. */
export function speechSeconds(text, pace, perSecond) {
  const written = text.split(/\s+/).filter(Boolean).join(" ").length;
  const count = (pattern) => text.match(pattern)?.length ?? 0;
  const asWords = count(/[\d$€£%&@#+=/]|[A-Za-z]\.(?=\w)|\b[A-Z](?=[A-Z])/g);
  const ends = count(/[.!?…]+(?!\S)|[^.!?…\s]\s*(?:\n|$)/g);
  return Math.round((10 * (written + 4 * asWords + 13 * ends)) / (perSecond * pace)) / 10;
}
