// Elapsed time, as the status panel and the history show it.

export function clock(seconds) {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}

/** Returns the seconds that a run has taken, `waited_s` after the server said so. */
export function elapsedSeconds({ kind, elapsed_s }, waited_s) {
  return elapsed_s + (kind === "busy" ? waited_s : 0);
}

/**
 * Returns what the ruler shows, in parts of its width: what is done, and the usual range where there is one.
 * It ends at one and a half times the longest usual time; a run is late after twice that time.
 */
export function ruler({ low, high, share }, seconds) {
  if (share !== null) return { done: share, range: null, late: false };
  const full = 1.5 * high;
  const range = { start: low / full, width: (high - low) / full };
  return { done: Math.min(1, seconds / full), range, late: seconds > 2 * high };
}
