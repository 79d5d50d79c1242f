// What the form holds outlives a reload: in this tab alone, and without the key and the consent.
import { update } from "../../../gradio_compat/frontend.js";
import { presets, usableSettings } from "./form.js";
import { state } from "./state.js";

const KEY = "infinitalk form";
const SETTINGS = ["prompt", "engine", "resolution", "fps", "seed"];
const FILES = ["picture", "video", "voice"];

let before = null; // what the form held before the reload; null on a fresh page
let keeps = false; // only once that is back in the form

/** Called before Gradio draws the page, and fills its form with an example. */
export function readKeptForm() {
  const [visit] = performance.getEntriesByType("navigation");
  if (visit?.type === "navigate") return;
  try {
    before = JSON.parse(sessionStorage[KEY]);
  } catch {
    // there is none, or storage is closed
  }
}

/** The form was changed: `names` are those of its values. */
export function keepForm(names, values) {
  if (!keeps) return;
  const inputs = Object.fromEntries(names.map((name, i) => [name, values[i]]));
  const { number, whole, marks } = state.form.face;
  try {
    sessionStorage[KEY] = JSON.stringify({ inputs, face: { number, whole, marks } });
  } catch {
    // closed or full
  }
}

/** On load: returns what changes in the form, which is what a reload took, or what the address asks for. */
export async function startForm(names, values) {
  const now = Object.fromEntries(names.map((name, i) => [name, values[i]]));
  const settings = SETTINGS.map((name) => now[name]);
  let wanted = named(presets(...settings));
  if (before) {
    wanted = { ...before.inputs, ...named(usableSettings(before.inputs, named(settings))) };
    await Promise.all(FILES.map(async (name) => Object.assign(wanted, { [name]: await thereStill(wanted[name]) })));
    const picture = (wanted.video ?? wanted.picture)?.path ?? "";
    Object.assign(state.form.face, before.face, { picture });
  }
  keeps = true;
  return names.map((name) => (isSame(wanted[name], now[name]) ? update({}) : wanted[name]));
}

function named(settings) {
  return Object.fromEntries(SETTINGS.map((name, i) => [name, settings[i]]));
}

/** Returns a file that the server still has, or null: it keeps uploads for an hour. */
async function thereStill(file) {
  if (!file?.url) return null;
  try {
    return (await fetch(file.url, { method: "HEAD", cache: "no-store" })).ok ? file : null;
  } catch {
    return null;
  }
}

function isSame(wanted, now) {
  if (wanted === undefined) return true;
  return wanted?.path ? wanted.path === now?.path : JSON.stringify(wanted) === JSON.stringify(now);
}
