// The ways to share a video, and how each ends; a browser, or a frame, may refuse any of them.

/** Returns whether a browser hands video files to other programs. */
export function sharesFiles(browser) {
  try {
    return browser.canShare({ files: [new File([""], "talking.mp4", { type: "video/mp4" })] });
  } catch {
    return false;
  }
}

/** Copies an address; returns "copied", or "by_hand" where the clipboard is closed. */
export async function copyAddress(browser, address) {
  try {
    await browser.clipboard.writeText(address);
    return "copied";
  } catch {
    return "by_hand";
  }
}

/** Hands a file to another program; returns "shared", "cancelled", "press_again" or "unsupported". */
export async function shareFile(browser, file, title) {
  try {
    await browser.share({ files: [file], title });
    return "shared";
  } catch ({ name }) {
    // NotAllowedError: the click is too long ago, since the file had to be fetched first.
    return { AbortError: "cancelled", NotAllowedError: "press_again" }[name] ?? "unsupported";
  }
}
