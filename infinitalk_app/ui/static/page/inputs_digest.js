// What two runs are compared by: who talks, and what is said. How it is rendered makes no difference.
import { contentName } from "./form.js";

/** Returns a digest of the picture, the voice or the typed text, the part of it, and the face. */
export function inputsDigest(inputs, marks) {
  const { picture, video, way, voice, text, speaker, pace, start_s, seconds, end_in_pause, face } = inputs;
  const spoken = way === "text" ? [text, speaker, pace] : [contentName(voice)];
  // A provider that takes no marks is sent none, and its picture has the same face all the same.
  const who = marks.length ? marks : face;
  return digest(JSON.stringify([contentName(video ?? picture), ...spoken, start_s, seconds, end_in_pause, who]));
}

/** FNV-1a, of 32 bits: few runs are compared, and a page over plain HTTP has no better one. */
function digest(text) {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16);
}
