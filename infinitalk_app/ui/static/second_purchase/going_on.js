// Which paid run goes on although nobody watches it.

/** Returns the run to name at the main button, after the panel has shown a run; null when there is none. */
export function goingOn(known, { run, goes_on }) {
  if (goes_on) return { run, text: goes_on };
  return known?.run === run ? null : known; // another run says nothing of it
}
