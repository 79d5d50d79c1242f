// The choice of a face: what is offered, what is sent, and where a mark lies.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  chosenFace,
  crossOf,
  markAt,
  movedCross,
  offersChoice,
  sentBox,
} from "../../infinitalk_app/ui/static/face_choice/choice.js";

const BOX = [10, 20, 110, 220];
const PAIR = { size: [640, 480], people: [{ sent: null }, { sent: BOX }] };
const DOG = { size: [640, 480], people: [] };
const NONE = { number: 1, whole: false, marks: [] };

test("there is nothing to choose in a picture that was not looked at", () => {
  assert.equal(offersChoice(null, true), false);
  assert.equal(chosenFace(undefined, NONE, true), "");
});

test("a provider that takes a face is sent the person's number, or the marks", () => {
  assert.equal(chosenFace(PAIR, { ...NONE, number: 2 }, true), "2");
  assert.equal(
    chosenFace(
      DOG,
      {
        ...NONE,
        marks: [
          [1, 2],
          [3.5, 4],
        ],
      },
      true,
    ),
    "1,2,3.5,4",
  );
});

test("a provider that chooses by itself is sent a part of the picture, where there is one", () => {
  assert.equal(offersChoice(PAIR, false), true);
  assert.equal(offersChoice(DOG, false), false);
  assert.equal(offersChoice({ ...PAIR, people: [{ sent: null }, { sent: null }] }, false), false);
  assert.equal(chosenFace(PAIR, { ...NONE, number: 1 }, false), "");
  assert.equal(chosenFace(PAIR, { ...NONE, number: 2 }, false), "2");
  assert.equal(chosenFace(PAIR, { ...NONE, number: 2, whole: true }, false), "");
  assert.equal(chosenFace(DOG, { ...NONE, marks: [[1, 2]] }, false), "");
});

test("the whole picture is shown where no part of it is sent", () => {
  assert.deepEqual(sentBox(PAIR, { number: 2, whole: false }), BOX);
  assert.deepEqual(sentBox(PAIR, { number: 2, whole: true }), [0, 0, 640, 480]);
  assert.deepEqual(sentBox(PAIR, { number: 1, whole: false }), [0, 0, 640, 480]);
});

test("a mark lies within the picture, to a tenth of a pixel", () => {
  assert.deepEqual(markAt([0.33333, 0.5], [640, 480]), [213.3, 240]);
  assert.deepEqual(markAt([-0.1, 1.1], [640, 480]), [0, 480]);
});

test("the cross starts in the centre, moves by arrow keys, and stays within the picture", () => {
  assert.deepEqual(crossOf(null), [0.5, 0.5]);
  assert.deepEqual(movedCross(null, "ArrowLeft", false), [0.48, 0.5]);
  assert.deepEqual(movedCross([0, 0.999], "ArrowDown", true), [0, 1]);
  assert.equal(movedCross(null, "Enter", false), null);
});
