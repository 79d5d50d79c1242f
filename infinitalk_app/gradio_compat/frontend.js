// What the page's scripts rest on in Gradio's frontend that it does not document.

/**
 * Returns what changes a component, in the place of a value.
 * Rests on: js= may return this. If it breaks: have a handler in Python do it.
 */
export const update = (changes) => ({ __type__: "update", ...changes });

/**
 * Returns an uploaded file as the value of a file component.
 * Rests on: file components take this from js=. If it breaks: look at what an upload leaves in their value.
 */
export const fileValue = ({ path, url }, { name, size, type }) => ({
  ...{ path, url, orig_name: name, size, mime_type: type },
  meta: { _type: "gradio.FileData" },
});

// Updates that never arrive. Gradio closes its stream of updates when it knows of no pending event. An event that
// crosses that close is taken, but nobody fetches its update until one more event is sent: `askAgain` sends one.
// Rests on: any event opens the stream. If it breaks (Gradio opens it for such an event by itself): leave this out,
// and the panel's `tick`.
const ASK_EVERY_MS = 4000;
const ASK_TIMES = 5;

/** What an update is still due for -> how often it is still asked for. */
export const pendingUpdates = new Map();

export function expectUpdate(name) {
  pendingUpdates.set(name, ASK_TIMES);
}

export function updateArrived(name) {
  pendingUpdates.delete(name);
}

/** Sends one more event, by `ask`, while an update is pending. */
export function askAgain(ask) {
  if (!pendingUpdates.size) return;
  for (const [name, times] of pendingUpdates) {
    if (times > 1) pendingUpdates.set(name, times - 1);
    else pendingUpdates.delete(name);
  }
  ask();
}

export function keepAsking(ask) {
  setInterval(() => askAgain(ask), ASK_EVERY_MS);
}
