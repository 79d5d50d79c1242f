// Entries of the history: how they are read, what becomes of them, and what is said of them.
import { clock } from "../page/elapsed.js";
import { filesOf } from "../page/form.js";
import { inputsDigest } from "../page/inputs_digest.js";

export const MOST_ENTRIES = 20;
export const KEPT_MS = 2 * 3600 * 1000; // how long the server keeps a video

/** Returns the entry that a text holds; undefined when it holds none. */
export function parseEntry(text) {
  try {
    const entry = JSON.parse(text);
    return typeof entry?.run === "string" && Number.isFinite(entry.began) ? entry : undefined;
  } catch {
    return undefined;
  }
}

export function newestFirst(entries) {
  return [...entries].sort((one, other) => other.began - one.began);
}

/** Returns the entry of a click; `marks` are those in the picture, whether its provider takes them or not. */
export function newEntry(run, inputs, marks, poster, now) {
  const { prompt, engine, resolution, fps, seed } = inputs;
  const settings = { prompt, engine, resolution, fps, seed };
  const names = { files: filesOf(inputs), digest: inputsDigest(inputs, marks) };
  return { ...names, run, job: "", engine, kind: "busy", began: now, settings, poster };
}

/** Returns an entry as it is after the panel has shown its run. */
export function updatedEntry(entry, panel, now) {
  const ends = { ok: "ready", bad: "failed", idle: panel.stopped ? "busy" : "stopped" };
  const kind = ends[panel.kind] ?? "busy";
  const updated = { ...entry, job: panel.job || entry.job, kind, link: panel.link };
  const ended = kind !== "busy" && entry.kind === "busy";
  if (ended) updated.ended = Math.min(now, entry.began + 1000 * (panel.elapsed_s || 0));
  return updated;
}

/** Returns whether a run may still go on, so that a page should watch it. */
export function mayGoOn(entry, now) {
  return entry.kind === "busy" && now - entry.began <= KEPT_MS;
}

/** Returns for how long the server still keeps the video of an entry; nothing if there is none. */
export function leftMs(entry, now) {
  return entry.kind === "ready" ? Math.max(0, KEPT_MS - (now - entry.ended)) : 0;
}

/** Returns the state of an entry in words, what is left of its time, and whether its video is gone. */
export function describe(entry, texts, ready, now, watched) {
  const { states } = texts;
  if (entry.kind === "busy") {
    if (!watched || !mayGoOn(entry, now)) return { state: states.unseen, left: texts.unknown };
    const time = clock((now - entry.began) / 1000);
    return { state: states.busy, left: texts.so_far.replace("{time}", time) };
  }
  if (entry.kind !== "ready") return { state: states[entry.kind], left: "" };
  const left = leftMs(entry, now);
  if (!left) return { state: states.expired, left: texts.gone, gone: true };
  const time = texts.minutes.replace("{minutes}", Math.ceil(left / 60_000));
  return { state: ready ?? states.ready, left: texts.kept.replace("{time}", time) };
}
