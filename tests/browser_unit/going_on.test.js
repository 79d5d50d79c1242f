// Which paid run is named at the main button.
import assert from "node:assert/strict";
import { test } from "node:test";
import { goingOn } from "../../infinitalk_app/ui/static/second_purchase/going_on.js";

test("a run that goes on is named until it is watched again, whatever another run does", () => {
  const known = goingOn(null, { run: "a", goes_on: "It goes on." });
  assert.deepEqual(known, { run: "a", text: "It goes on." });
  assert.equal(goingOn(known, { run: "b", goes_on: "" }), known);
  assert.equal(goingOn(known, { run: "a", goes_on: "" }), null);
});
