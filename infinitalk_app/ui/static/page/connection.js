// Whether the page's server answers, asked while somebody waits for it.

const ASK_EVERY_MS = 4000;
const ANSWER_WITHIN_MS = 8000;

/** Returns whether the page's server answers; a gateway's word in its place is no answer. */
export async function serverAnswers() {
  try {
    const address = new URL("healthz", location.origin + location.pathname.replace(/\/?$/, "/"));
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    return (await fetch(address, { cache: "no-store", signal })).status < 500;
  } catch {
    return false;
  }
}

/** Calls `changed` with whether the server is lost: after two questions without an answer, and when it is back. */
export function watchConnection(isWaiting, changed) {
  let lost = false;
  let asking = false;
  const ask = async () => {
    if (asking || !(lost || isWaiting())) return;
    asking = true;
    const answers = (await serverAnswers()) || (await serverAnswers());
    asking = false;
    if (answers !== lost) return;
    lost = !answers;
    changed(lost);
  };
  setInterval(ask, ASK_EVERY_MS);
}
