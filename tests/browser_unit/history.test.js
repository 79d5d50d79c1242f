// The history: which entries are kept, when a video is gone, and what is said of each.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  describe,
  KEPT_MS,
  mayGoOn,
  newEntry,
  newestFirst,
  parseEntry,
  updatedEntry,
} from "../../infinitalk_app/ui/static/history/entries.js";
import * as store from "../../infinitalk_app/ui/static/history/store.js";

const NOW = 1_000_000_000_000;
const MINUTE = 60_000;
const TEXTS = {
  states: { ready: "Ready", busy: "Rendering", failed: "Failed", unseen: "Not followed", expired: "Expired" },
  so_far: "{time} so far",
  kept: "kept {time}",
  minutes: "{minutes} min",
  gone: "file is gone",
  unknown: "open it",
};

function said(entry, watched = true) {
  return Object.values(describe({ run: "a", began: NOW, ...entry }, TEXTS, undefined, NOW, watched));
}

test("a text that holds no entry is none", () => {
  for (const text of ['{"run": "', "null", "7", "{}", '{"run": 1, "began": 1}', '{"run": "a", "began": "1"}']) {
    assert.equal(parseEntry(text), undefined, text);
  }
  assert.deepEqual(parseEntry('{"run": "a", "began": 1}'), { run: "a", began: 1 });
});

test("entries are sorted by their beginning, the newest first", () => {
  assert.deepEqual(newestFirst([{ began: 1 }, { began: 3 }, { began: 2 }]), [{ began: 3 }, { began: 2 }, { began: 1 }]);
});

test("a new entry holds the settings, the names of the files, and neither key nor files", () => {
  const inputs = { prompt: "p", engine: "e", resolution: "480p", fps: 25, seed: 1, api_key: "SG_" };
  const files = { picture: { path: "/t/a1/me.jpg" }, voice: { path: "/t/b2/me.mp3" } };
  const { digest, ...entry } = newEntry("a", { ...inputs, ...files }, [], "poster", NOW);
  assert.match(digest, /^[0-9a-f]{1,8}$/);
  assert.deepEqual(entry, {
    ...{ run: "a", job: "", engine: "e", kind: "busy", began: NOW, poster: "poster" },
    files: "a1/me.jpg b2/me.mp3",
    settings: { prompt: "p", engine: "e", resolution: "480p", fps: 25, seed: 1 },
  });
});

test("an entry ends once, at the time that the run took", () => {
  const busy = { run: "a", job: "", kind: "busy", began: NOW };
  const ready = updatedEntry(busy, { kind: "ok", job: "b", link: true, elapsed_s: 60 }, NOW + 5 * MINUTE);
  assert.deepEqual([ready.kind, ready.job, ready.ended], ["ready", "b", NOW + MINUTE]);
  assert.equal(updatedEntry(ready, { kind: "ok", elapsed_s: 90 }, NOW + 9 * MINUTE).ended, NOW + MINUTE);
  assert.equal(updatedEntry(busy, { kind: "ok", elapsed_s: 600 }, NOW + MINUTE).ended, NOW + MINUTE);
});

test("a run that is not watched any more goes on, and one that was cancelled does not", () => {
  const busy = { run: "a", kind: "busy", began: NOW };
  assert.equal(updatedEntry(busy, { kind: "idle", stopped: true }, NOW).kind, "busy");
  assert.equal(updatedEntry(busy, { kind: "idle", stopped: false }, NOW).kind, "stopped");
  assert.equal(updatedEntry(busy, { kind: "bad" }, NOW).kind, "failed");
});

test("after two hours nobody looks for a run, and its video is gone", () => {
  assert.equal(mayGoOn({ kind: "busy", began: NOW - KEPT_MS }, NOW), true);
  assert.equal(mayGoOn({ kind: "busy", began: NOW - KEPT_MS - 1 }, NOW), false);
  assert.equal(mayGoOn({ kind: "ready", began: NOW }, NOW), false);
  assert.deepEqual(said({ kind: "ready", ended: NOW - KEPT_MS }), ["Expired", "file is gone", true]);
  assert.deepEqual(said({ kind: "busy", began: NOW - KEPT_MS - 1 }), ["Not followed", "open it"]);
});

test("what is left of the two hours is said in whole minutes, rounded up", () => {
  assert.deepEqual(said({ kind: "ready", ended: NOW - KEPT_MS + 1 }), ["Ready", "kept 1 min"]);
  assert.deepEqual(said({ kind: "ready", ended: NOW }), ["Ready", "kept 120 min"]);
  assert.deepEqual(said({ kind: "busy", began: NOW - 136_000 }), ["Rendering", "2:16 so far"]);
  assert.deepEqual(said({ kind: "failed" }), ["Failed", ""]);
});

test("a run that no page watches is not said to render: it may have ended", () => {
  assert.deepEqual(said({ kind: "busy" }, false), ["Not followed", "open it"]);
  assert.deepEqual(said({ kind: "ready", ended: NOW }, false), ["Ready", "kept 120 min"]);
});

test("where storage is closed, memory keeps the newest twenty runs of this page", () => {
  const closed = () => {
    throw new Error("SecurityError");
  };
  Object.defineProperty(globalThis, "localStorage", { get: closed, configurable: true });
  Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
  globalThis.document = { querySelector: () => null };
  const inputs = { prompt: "p", engine: "e" };
  for (let i = 0; i < 21; i++) store.addRun({ token: `run ${i}`, inputs });
  assert.equal(store.readEntries().length, 20);
  store.updateRun({ run: "run 20", kind: "bad" });
  assert.equal(store.findEntry({ run: "run 20" }).kind, "failed");
  store.forget(store.readEntries());
  assert.deepEqual(store.readEntries(), []);
});
