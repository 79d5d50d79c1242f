// What is known of the visitor's key. It triggers `clear` to forget the key, and `select` when a run was charged to it.
import { providers } from "../page/providers.js";

let component = null; // it is there once the form has asked for a key

/** The panel shows a run: at the end of a paid one, its key has another balance. */
export function showCharged(panel) {
  const paid = panel.kind === "ok" && !providers[panel.engine]?.free;
  if (paid && component?.element.isConnected) component.trigger("select");
}

export function startKeyNote({ element, trigger }) {
  component = { element, trigger };
  element.addEventListener("click", (event) => event.target.closest("button") && trigger("clear"));
}
