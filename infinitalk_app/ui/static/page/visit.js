// A visit: the page was opened by the link of a run that this browser did not make. The video is all that it shows.
import { findEntry } from "../history/store.js";
import { runOfAddress } from "./address.js";

const root = document.documentElement;

/** Called once, before Gradio draws the page. */
export function startVisit() {
  const found = runOfAddress(location.search);
  root.classList.toggle("visit", Boolean(found) && !findEntry({ run: found.run, job: found.run }));
}

export function isVisit() {
  return root.classList.contains("visit");
}

/** The form is there again. */
export function endVisit() {
  root.classList.remove("visit");
}
