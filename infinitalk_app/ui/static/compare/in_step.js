// Two videos in step: what one does, the other does, too. The second one is the one that is set right.

const DRIFT_S = 0.1;
const SAME_S = 0.01;
const EVENTS = ["play", "pause", "ratechange", "seeking"];

/**
 * Returns what another video has to change after an event of one: `paused`, `currentTime` or `playbackRate`.
 *
 * Only what both are now counts: an event may tell of what has changed again. One that has come to its end lets the
 * longer one go on.
 */
export function changesAfter(type, one, other) {
  if (type === "play") return !one.paused && other.paused && hasMoment(other, one) ? { paused: false } : {};
  if (type === "pause") return one.paused && !one.ended && !other.paused ? { paused: true } : {};
  if (type === "ratechange") return one.playbackRate === other.playbackRate ? {} : { playbackRate: one.playbackRate };
  if (type === "timeupdate" && (one.seeking || other.seeking)) return {};
  const currentTime = hasMoment(other, one) ? one.currentTime : other.duration;
  if (Math.abs(currentTime - other.currentTime) <= DRIFT_S) return {};
  const goesOn = !one.paused && other.ended && hasMoment(other, one);
  return goesOn ? { currentTime, paused: false } : { currentTime };
}

/** Returns whether a video is long enough to show the moment of another; of a length that is not known yet, it is. */
function hasMoment(video, { currentTime }) {
  return !(currentTime >= video.duration);
}

/** Keeps two videos in step, until they are gone. */
export function keepInStep(leader, follower) {
  const sent = new Map(); // where a video was sent to: its own `seeking` after that says nothing new
  const change = (video, { currentTime, playbackRate, paused }) => {
    if (currentTime !== undefined) {
      sent.set(video, currentTime);
      video.currentTime = currentTime;
    }
    if (playbackRate !== undefined) video.playbackRate = playbackRate;
    if (paused) video.pause();
    if (paused === false) video.play().catch(() => {});
  };
  const link = (one, other, events) => {
    const changed = ({ type }) => {
      if (type === "seeking" && Math.abs(one.currentTime - sent.get(one)) < SAME_S) return;
      change(other, changesAfter(type, one, other));
    };
    for (const name of events) one.addEventListener(name, changed);
  };
  link(leader, follower, [...EVENTS, "timeupdate"]);
  link(follower, leader, EVENTS);
}
