// The ways to share a video, and how each ends.
import assert from "node:assert/strict";
import { test } from "node:test";
import { copyAddress, shareFile, sharesFiles } from "../../infinitalk_app/ui/static/share/ways.js";

function failing(name) {
  return () => Promise.reject(new DOMException("no", name));
}

test("a browser shares files if it says so, and not where it has no word for it", () => {
  assert.equal(sharesFiles({ canShare: ({ files }) => files[0].type === "video/mp4" }), true);
  assert.equal(sharesFiles({ canShare: () => false }), false);
  assert.equal(sharesFiles({}), false);
});

test("an address is copied, or shown where the clipboard is closed", async () => {
  const copied = [];
  assert.equal(await copyAddress({ clipboard: { writeText: async (text) => copied.push(text) } }, "x"), "copied");
  assert.deepEqual(copied, ["x"]);
  assert.equal(await copyAddress({ clipboard: { writeText: failing("NotAllowedError") } }, "x"), "by_hand");
  assert.equal(await copyAddress({}, "x"), "by_hand");
});

test("a file is shared, or not, and what happened has a name", async () => {
  assert.equal(await shareFile({ share: async () => {} }, null, ""), "shared");
  assert.equal(await shareFile({ share: failing("AbortError") }, null, ""), "cancelled");
  assert.equal(await shareFile({ share: failing("NotAllowedError") }, null, ""), "press_again");
  assert.equal(await shareFile({ share: failing("DataError") }, null, ""), "unsupported");
  assert.equal(await shareFile({}, null, ""), "unsupported");
});
