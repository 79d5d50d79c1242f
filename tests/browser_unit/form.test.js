// The form: which settings of an address or of an earlier run can be used, and what repeats a run.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  formChanged,
  formEdited,
  inputsOfClick,
  keyFields,
  nextSeed,
  speechSeconds,
  usableSettings,
} from "../../infinitalk_app/ui/static/page/form.js";
import { firstProvider, setProviders } from "../../infinitalk_app/ui/static/page/providers.js";
import { state } from "../../infinitalk_app/ui/static/page/state.js";
import { repeatBy, withNote } from "../../infinitalk_app/ui/static/status_panel/actions.js";

setProviders({
  small: { free: true, resolutions: [["480p, quickest", "480p"]] },
  large: {
    free: false,
    resolutions: [
      ["480p, quickest", "480p"],
      ["720p, sharpest", "720p"],
    ],
  },
});
const PRESENT = { prompt: "now", engine: "small", resolution: "480p", fps: 25, seed: 42 };

test("what an address asks for is taken where the page offers it", () => {
  const wanted = { prompt: "calm", engine: "large", resolution: "720p", fps: "16", seed: "-1" };
  assert.deepEqual(usableSettings(wanted, PRESENT), ["calm", "large", "720p", 16, -1]);
});

test("whatever cannot be used leaves the form as it is", () => {
  const odd = [
    { prompt: " ", engine: "constructor", resolution: "8k", fps: "15", seed: "-2" },
    { prompt: 7, engine: "", resolution: null, fps: "25.5", seed: "9007199254740992" },
    { fps: "31", seed: "1e3" },
  ];
  for (const wanted of odd) assert.deepEqual(usableSettings(wanted, PRESENT), Object.values(PRESENT));
});

test("a prompt is cut at two thousand characters", () => {
  assert.equal(usableSettings({ prompt: "x".repeat(3000) }, PRESENT)[0].length, 2000);
});

test("a seed that is kept stays", () => {
  assert.equal(nextSeed(7, true), 7);
});

test("the first provider of a kind is the one that was named first", () => {
  assert.deepEqual([firstProvider(true), firstProvider(false)], ["small", "large"]);
});

test("a run is repeated by a click only while the form holds what it sent", () => {
  assert.equal(repeatBy("a", "a"), "click");
  assert.equal(repeatBy(null, "a"), "settings");
  state.form.sentRun = "a";
  formChanged(); // by the page, which fills its form when it is loaded
  assert.equal(repeatBy(state.form.sentRun, "a"), "click");
  state.form.touched = true;
  formChanged();
  assert.equal(repeatBy(state.form.sentRun, "a"), "form");
  assert.equal(repeatBy("b", "a"), "form");
});

test("a note takes the place of the button that led to it, and nothing else changes", () => {
  const panel = { title: "t", notes: [], actions: [{ do: "again" }, { do: "free" }] };
  assert.deepEqual(withNote(panel, "n", "again"), { title: "t", notes: ["n"], actions: [{ do: "free" }] });
});

test("what the click lacked stands until an input has another value, and the key is kept nowhere", () => {
  const missing = { kind: "bad", text: "Tick the box." };
  state.form.told = inputsOfClick(["prompt", "api_key", "consent"], ["calm", "SG_secret", false, "token"]);
  assert.equal(state.form.told.includes("SG_secret"), false);
  state.form.missing = missing;
  formEdited("calm", false);
  assert.equal(state.form.missing, missing);
  formEdited("calm", true);
  assert.equal(state.form.missing, null);
});

test("a key for one service is taken out of the form when another one is chosen", () => {
  setProviders({
    own: { asks: false, key: {} },
    near: { asks: true, key: { label: "Near" } },
    far: { asks: true, key: { label: "Far" } },
  });
  assert.equal("value" in keyFields("near")[0], false);
  assert.equal("value" in keyFields("own")[0], false);
  assert.equal("value" in keyFields("near")[0], false);
  assert.equal(keyFields("far")[0].value, "");
});

test("the length of a text is estimated as the server does", () => {
  assert.equal(speechSeconds("", 1, 18.7), 0);
  assert.equal(speechSeconds("Dr. Lee bought 15 books\n for $42.50 on the BBC.com. Yes", 1, 18.7), 7.6);
  assert.equal(speechSeconds("Good evening.", 0.7, 18.7), 2);
});
