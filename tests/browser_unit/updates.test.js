// Updates that Gradio's stream leaves behind are asked for a few times, and not for ever.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { askAgain, expectUpdate, pendingUpdates, updateArrived } from "../../infinitalk_app/gradio_compat/frontend.js";
import { sendForm } from "../../infinitalk_app/ui/static/page/form.js";

beforeEach(() => pendingUpdates.clear());

function timesAsked(rounds) {
  let asked = 0;
  for (let i = 0; i < rounds; i++) {
    askAgain(() => {
      asked += 1;
    });
  }
  return asked;
}

test("nothing is asked for while nothing is due", () => {
  assert.equal(timesAsked(3), 0);
});

test("an update that never arrives is asked for five times", () => {
  expectUpdate("run");
  assert.equal(timesAsked(20), 5);
});

test("an update that has arrived is asked for no more", () => {
  assert.deepEqual(sendForm("picture", 7), ["picture", 7]);
  assert.equal(timesAsked(1), 1);
  updateArrived("preflight");
  assert.equal(timesAsked(3), 0);
});
