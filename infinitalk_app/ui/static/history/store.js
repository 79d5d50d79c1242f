// The history's storage: this browser alone keeps it, until it is forgotten. A frame may have no storage.
import { state } from "../page/state.js";
import { MOST_ENTRIES, mayGoOn, newEntry, newestFirst, parseEntry, updatedEntry } from "./entries.js";

const PREFIX = "infinitalk ";
const memory = {}; // serves this page where storage is closed
const watching = new Map(); // the runs that this page watches -> what ends that
let changed = () => {};

/** Has a function called after each change. */
export function onChange(call) {
  changed = call;
}

// A key for each entry: two tabs that write at once do not take anything from each other.
function storedTexts() {
  try {
    return Object.entries(localStorage).filter(([key]) => key.startsWith(PREFIX));
  } catch {
    return Object.entries(memory);
  }
}

export function readEntries() {
  const entries = [];
  for (const [key, text] of storedTexts()) {
    const entry = parseEntry(text);
    if (entry) entries.push(entry);
    else removeKey(key);
  }
  return newestFirst(entries);
}

export function findEntry({ run, job }) {
  return readEntries().find((entry) => entry.run === run || (job && entry.job === job));
}

function removeKey(key) {
  delete memory[key];
  try {
    localStorage.removeItem(key);
  } catch {
    // closed
  }
}

function keep(entry) {
  const key = PREFIX + entry.run;
  memory[key] = JSON.stringify(entry);
  try {
    localStorage[key] = memory[key];
  } catch {
    // closed or full
  }
  forget(readEntries().slice(MOST_ENTRIES));
}

export function forget(entries) {
  for (const { run } of entries) removeKey(PREFIX + run);
  changed();
}

/** Returns a function that tells whether some page of this browser watches a run. */
export async function watchedRuns() {
  if (!navigator.locks) return () => true; // then nothing is known
  const { held } = await navigator.locks.query();
  const names = new Set(held.map(({ name }) => name));
  return (run) => watching.has(run) || names.has(PREFIX + run);
}

/** A run was asked for. */
export function addRun({ token, secret, inputs }) {
  keep({ ...newEntry(token, inputs, state.form.face.marks, drawPoster(), Date.now()), secret });
  watchRun(token);
}

/** A run is in another state. */
export function updateRun(panel) {
  const known = findEntry(panel);
  if (!known) return;
  const entry = updatedEntry(known, panel, Date.now());
  if (entry.kind === "busy" && !panel.stopped) watchRun(entry.run);
  else stopWatching(entry.run);
  keep(entry); // draws the strip, which says who watches
}

/** Draws a small copy of the picture in the form; the picture itself is kept nowhere. */
function drawPoster() {
  const picture = document.querySelector("#picture img");
  if (!picture?.naturalWidth) return "";
  const board = document.createElement("canvas");
  const scale = 240 / Math.max(picture.naturalWidth, picture.naturalHeight);
  board.width = scale * picture.naturalWidth;
  board.height = scale * picture.naturalHeight;
  try {
    board.getContext("2d").drawImage(picture, 0, 0, board.width, board.height);
    return board.toDataURL("image/jpeg", 0.7);
  } catch {
    return "";
  }
}

/** Holds a lock that says that some page of this browser watches a run; it goes with the page at the latest. */
function watchRun(run) {
  if (watching.has(run)) return;
  const stopped = new Promise((stop) => {
    watching.set(run, stop);
  });
  navigator.locks?.request(PREFIX + run, { ifAvailable: true }, (lock) => lock && stopped);
}

function stopWatching(run) {
  watching.get(run)?.();
  watching.delete(run);
}

/** Returns the newest run that may go on and that no page of this browser watches, or null. */
export async function unwatchedRun() {
  for (const entry of readEntries().filter((one) => mayGoOn(one, Date.now()))) {
    if (!navigator.locks) return entry;
    const free = await navigator.locks.request(PREFIX + entry.run, { ifAvailable: true }, Boolean);
    if (free) return entry;
  }
  return null;
}
