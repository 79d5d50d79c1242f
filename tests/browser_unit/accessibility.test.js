// What a screen reader is told of a run.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isSaid } from "../../infinitalk_app/ui/static/accessibility/announcements.js";

const busy = { kind: "busy", run: "a" };

test("the first state of a run and its end are said, and the states between them are not", () => {
  assert.ok(isSaid(busy, { run: "", at: 0 }, 1000));
  assert.ok(!isSaid(busy, { run: "a", at: 1000 }, 3000));
  assert.ok(isSaid({ kind: "ok", run: "a" }, { run: "a", at: 1000 }, 3000));
  assert.ok(isSaid({ kind: "bad", run: "a" }, { run: "a", at: 1000 }, 3000));
});

test("a run that takes long is heard of again after half a minute", () => {
  assert.ok(isSaid(busy, { run: "a", at: 1000 }, 31_000));
});

test("another run is said at once", () => {
  assert.ok(isSaid({ kind: "busy", run: "b" }, { run: "a", at: 1000 }, 1001));
});
