// The run that the page's address names.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addressInLanguage,
  addressOfFullPage,
  addressOfRun,
  namesOfRun,
  pageAddress,
  runOfAddress,
} from "../../infinitalk_app/ui/static/page/address.js";

test("a request id goes before a run token, and a plain address names no run", () => {
  assert.deepEqual(runOfAddress("?run=a&job=b&engine=c"), { run: "b", engine: "c" });
  assert.deepEqual(runOfAddress("?run=a"), { run: "a", engine: "" });
  assert.equal(runOfAddress("?embed=1&run="), null);
});

test("programs find the page's API below its path, and no quote in an address ends a snippet's", () => {
  const at = (address) => pageAddress(new URL(address));
  assert.equal(at("http://127.0.0.1:7860/?run=a#b"), "http://127.0.0.1:7860");
  assert.equal(at("https://page.test/talk/"), "https://page.test/talk");
  assert.doesNotMatch(at("https://page.test/'; touch ran; '/\"x\"/`y`\\z"), /['"`\\\s]/);
});

test("another run takes the place of the one before, and what else the address says stays", () => {
  const before = "https://page.test/app/?embed=1&job=b&engine=c";
  assert.equal(addressOfRun(before, { run: "a" }), "https://page.test/app/?embed=1&run=a");
  assert.equal(addressOfRun(before, {}), "https://page.test/app/?embed=1");
  assert.equal(addressOfRun(before, { job: "b", engine: "c" }), before);
});

test("another language takes the place of the one before, and the run stays", () => {
  assert.equal(addressInLanguage("https://page.test/?run=a", "de"), "https://page.test/?run=a&lang=de");
  assert.equal(addressInLanguage("https://page.test/?lang=de&run=a", "ar"), "https://page.test/?lang=ar&run=a");
});

test("the way out of a frame keeps run and language", () => {
  assert.equal(addressOfFullPage("https://page.test/?embed=1&lang=de&run=a"), "https://page.test/?lang=de&run=a");
});

test("a run is named by its request id once it has one", () => {
  assert.deepEqual(namesOfRun({ run: "a", job: "", engine: "c" }), { run: "a" });
  assert.deepEqual(namesOfRun({ run: "a", job: "b", engine: "c" }), { job: "b", engine: "c" });
});
