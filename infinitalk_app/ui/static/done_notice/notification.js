// A notification at the end of a paid run, for a visitor who is elsewhere by then.

/** A frame may not ask, and an insecure page has none. */
function available() {
  return "Notification" in window && window.top === window;
}

export function askForPermission() {
  if (available() && Notification.permission === "default") Notification.requestPermission();
}

/** Shows that a run has ended; a click on it leads back to the video. */
export function notify(title, line, run) {
  const isLooking = !document.hidden && document.hasFocus();
  if (isLooking || !available() || Notification.permission !== "granted") return;
  try {
    const notice = new Notification(title, { body: line, tag: run });
    notice.onclick = () => {
      window.focus();
      document.querySelector("#result")?.scrollIntoView({ block: "center" });
      notice.close();
    };
  } catch {
    // Android's Chrome has the name alone
  }
}
