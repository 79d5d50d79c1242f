// The choice of a face as a value: one of several people, or three marks where no face was found.
//
// `found` is what the server found in the picture: its `size`, a `copy` to be marked, and `people`, each with the
// part of the picture that is `sent` where the provider itself chooses a face.

export const MOST_MARKS = 3;
const COARSE = 0.02; // step of the cross, in parts of the picture's side
const FINE = 0.005;
const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const CENTRE = [0.5, 0.5];

function within(part) {
  return Math.min(Math.max(part, 0), 1);
}

/** Returns whether there is anything to choose for a provider. */
export function offersChoice(found, takesFace) {
  if (!found) return false;
  return found.people.length ? takesFace || found.people.some((person) => person.sent) : takesFace;
}

/**
 * Returns the choice as it is sent: "2" for a person, "x,y,x,y,x,y" for marks, "" for none.
 * Fewer marks are sent as they are, so that the form says what is missing.
 */
export function chosenFace(found, { number, whole, marks }, takesFace) {
  if (!found || (!takesFace && whole)) return "";
  if (!found.people.length) return takesFace ? marks.flat().join(",") : "";
  return takesFace || found.people[number - 1].sent ? String(number) : "";
}

/** Returns the box of the picture that is sent, in pixels: left, top, right, bottom. */
export function sentBox(found, { number, whole }) {
  const [width, height] = found.size;
  return (!whole && found.people[number - 1].sent) || [0, 0, width, height];
}

/** Returns a place, in parts of the picture's sides, as a mark in its pixels. */
export function markAt(place, size) {
  return place.map((part, axis) => Math.round(10 * within(part) * size[axis]) / 10);
}

/** Returns where an arrow key moves the cross to; null for another key. */
export function movedCross(cross, key, fine) {
  const direction = DIRECTIONS[key];
  if (!direction) return null;
  const step = fine ? FINE : COARSE;
  return crossOf(cross).map((part, axis) => within(part + step * direction[axis]));
}

/** Returns the cross, which starts in the centre. */
export function crossOf(cross) {
  return cross ?? CENTRE;
}
