// Which files may be dropped on a box of the form.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accepts } from "../../infinitalk_app/ui/static/file_input/accept.js";

test("a file is taken by its kind, or by its ending where the browser knows no kind", () => {
  const picture = "image/*,.avif";
  assert.ok(accepts(picture, { name: "a", type: "image/png" }));
  assert.ok(accepts(picture, { name: "A.AVIF", type: "" }));
  assert.ok(!accepts(picture, { name: "notes.txt", type: "text/plain" }));
  assert.ok(!accepts(picture, { name: "image", type: "" }));
});
