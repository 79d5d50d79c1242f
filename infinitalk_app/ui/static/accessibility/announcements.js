// Which states of a run a screen reader says.

const PAUSE_MS = 30_000;

/** Returns whether a panel is said: the first of a run, its end, and what goes on not too often. */
export function isSaid({ kind, run }, last, now) {
  return kind !== "busy" || run !== last.run || now - last.at >= PAUSE_MS;
}
