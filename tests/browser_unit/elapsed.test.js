// Elapsed time: what the clock and the ruler of the status panel show.
import assert from "node:assert/strict";
import { test } from "node:test";
import { clock, elapsedSeconds, ruler } from "../../infinitalk_app/ui/static/page/elapsed.js";

const USUAL = { low: 240, high: 360, share: null };

test("the clock has minutes and two digits of seconds", () => {
  assert.deepEqual([0, 9.9, 60, 3599].map(clock), ["0:00", "0:09", "1:00", "59:59"]);
});

test("the clock goes on between two updates while the run does", () => {
  assert.equal(elapsedSeconds({ kind: "busy", elapsed_s: 10 }, 2), 12);
  assert.equal(elapsedSeconds({ kind: "ok", elapsed_s: 10 }, 2), 10);
});

test("the ruler ends at one and a half times the longest usual time, and stays full", () => {
  assert.deepEqual(ruler(USUAL, 270), { done: 0.5, range: { start: 240 / 540, width: 120 / 540 }, late: false });
  assert.equal(ruler(USUAL, 5000).done, 1);
});

test("a run is late after twice the longest usual time", () => {
  assert.equal(ruler(USUAL, 720).late, false);
  assert.equal(ruler(USUAL, 721).late, true);
});

test("where frames are counted, the ruler shows them and no range", () => {
  assert.deepEqual(ruler({ low: 0, high: 0, share: 0.25 }, 5000), { done: 0.25, range: null, late: false });
});
