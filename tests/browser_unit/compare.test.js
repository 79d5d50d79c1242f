// The comparison: which preview had the same inputs, and how one video follows the other.
import assert from "node:assert/strict";
import { test } from "node:test";
import { changesAfter } from "../../infinitalk_app/ui/static/compare/in_step.js";
import { previewOf } from "../../infinitalk_app/ui/static/compare/preview_of.js";
import { KEPT_MS } from "../../infinitalk_app/ui/static/history/entries.js";
import { inputsDigest } from "../../infinitalk_app/ui/static/page/inputs_digest.js";

const NOW = 1_000_000_000_000;
const FILE = (name) => ({ path: `/t/${name}` });
const FORM = {
  ...{ picture: FILE("a1/me.jpg"), video: null, way: "recording", voice: FILE("b2/me.mp3") },
  ...{ text: "Hello.", speaker: "one", pace: 1, start_s: 0, seconds: 10, end_in_pause: false, face: "1" },
  ...{ prompt: "p", engine: "free", resolution: "480p", fps: 25, seed: 1, api_key: "SG_" },
};
const FULL = { run: "full", kind: "ready", engine: "paid", digest: "d", ended: NOW };
const PREVIEW = { run: "preview", kind: "ready", engine: "free", digest: "d", ended: NOW };
const PANEL = { run: "full", kind: "ok", engine: "paid" };

function digest(changes, marks = []) {
  return inputsDigest({ ...FORM, ...changes }, marks);
}

function found(changes, panel = {}, now = NOW) {
  const isFree = (engine) => engine === "free";
  return previewOf({ ...PANEL, ...panel }, [FULL, { ...PREVIEW, ...changes }], isFree, now)?.run;
}

function video(changes) {
  return { paused: false, ended: false, seeking: false, currentTime: 1, duration: 4, playbackRate: 1, ...changes };
}

test("another picture, voice, part or face are other inputs", () => {
  const changes = [
    ...[{ picture: FILE("a2/me.jpg") }, { video: FILE("c3/me.mp4") }, { voice: FILE("b3/me.mp3") }, { way: "text" }],
    ...[{ start_s: 1 }, { seconds: 9 }, { end_in_pause: true }, { face: "2" }],
  ];
  const digests = [digest({}), digest({}, [[1, 2]]), digest({}, [[1, 3]]), ...changes.map((change) => digest(change))];
  assert.equal(new Set(digests).size, digests.length);
});

test("another text, speaker or pace is another voice, and what is not spoken makes no difference", () => {
  const texts = [{ text: "Hi." }, { speaker: "two" }, { pace: 1.1 }];
  const spoken = [{}, ...texts].map((change) => digest({ ...change, way: "text" }));
  assert.equal(new Set(spoken).size, 4);
  for (const change of texts) assert.equal(digest(change), digest({}));
  assert.equal(digest({ way: "text", voice: null }), spoken[0]);
});

test("provider, resolution, frames per second, prompt and seed make no other inputs", () => {
  for (const change of [{ engine: "paid" }, { resolution: "720p" }, { fps: 16 }, { prompt: "q" }, { seed: 2 }]) {
    assert.equal(digest(change), digest({}));
  }
});

test("marks are the same face for a provider that takes none", () => {
  assert.equal(digest({ face: "" }, [[1, 2]]), digest({ face: "1,2" }, [[1, 2]]));
});

test("a full video has the preview of the same inputs, as long as it is kept", () => {
  assert.equal(found({}), "preview");
  assert.equal(found({}, {}, NOW + KEPT_MS - 1), "preview");
  assert.equal(found({}, {}, NOW + KEPT_MS), undefined);
});

test("there is nothing to compare for other inputs, another state, a preview, or somebody else", () => {
  assert.equal(found({ digest: "e" }), undefined);
  assert.equal(found({ kind: "busy" }), undefined);
  assert.equal(found({ engine: "paid" }), undefined);
  assert.equal(found({}, { kind: "busy" }), undefined);
  assert.equal(found({}, { engine: "free", run: "preview" }), undefined);
  assert.equal(found({}, { run: "a stranger's" }), undefined);
  const before = { ...FULL, digest: undefined }; // kept by an earlier release
  assert.equal(
    previewOf(PANEL, [before, { ...PREVIEW, digest: undefined }], (id) => id === "free", NOW),
    undefined,
  );
});

test("one plays, pauses and changes its rate as the other does", () => {
  assert.deepEqual(changesAfter("play", video(), video({ paused: true })), { paused: false });
  assert.deepEqual(changesAfter("pause", video({ paused: true }), video()), { paused: true });
  assert.deepEqual(changesAfter("ratechange", video({ playbackRate: 2 }), video()), { playbackRate: 2 });
  for (const type of ["play", "pause", "ratechange"]) assert.deepEqual(changesAfter(type, video(), video()), {});
});

test("an event that tells of what has changed again changes nothing", () => {
  assert.deepEqual(changesAfter("play", video({ paused: true }), video({ paused: true })), {});
  assert.deepEqual(changesAfter("pause", video(), video()), {});
});

test("a drift of more than a tenth of a second is corrected, and no other", () => {
  assert.deepEqual(changesAfter("timeupdate", video(), video({ currentTime: 1.09 })), {});
  assert.deepEqual(changesAfter("timeupdate", video(), video({ currentTime: 1.11 })), { currentTime: 1 });
  assert.deepEqual(changesAfter("timeupdate", video(), video({ currentTime: 2, seeking: true })), {});
  assert.deepEqual(changesAfter("seeking", video({ seeking: true }), video({ currentTime: 2 })), { currentTime: 1 });
});

test("the longer video goes on to its end, and the shorter one comes back with it", () => {
  const over = video({ paused: true, ended: true, currentTime: 3, duration: 3 });
  assert.deepEqual(changesAfter("pause", over, video({ currentTime: 3 })), {});
  const longer = video({ currentTime: 3.5 });
  for (const type of ["play", "timeupdate", "seeking"]) assert.deepEqual(changesAfter(type, longer, over), {});
  assert.deepEqual(changesAfter("seeking", video(), over), { currentTime: 1, paused: false });
  assert.deepEqual(changesAfter("seeking", longer, video({ duration: 3 })), { currentTime: 3 });
});
