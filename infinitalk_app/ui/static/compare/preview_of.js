// Which preview a full video can be compared with.
import { leftMs } from "../history/entries.js";

/**
 * Returns this browser's newest preview of the same inputs as the run that the panel shows; undefined without one.
 * `isFree` tells whether a provider makes previews.
 */
export function previewOf(panel, entries, isFree, now) {
  const full = entries.find((entry) => entry.run === panel.run);
  if (panel.kind !== "ok" || isFree(panel.engine) || !full?.digest) return undefined;
  return entries.find((entry) => entry.digest === full.digest && isFree(entry.engine) && leftMs(entry, now) > 0);
}
