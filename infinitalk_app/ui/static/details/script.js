// Facts and snippets of the run that the panel shows.
import { pageAddress } from "../page/address.js";
import { copyText, escaped } from "../page/dom.js";
import { state } from "../page/state.js";

let component = null; // its props

const PAGE = "PAGE_ADDRESS"; // the place of this page's address in a snippet (ui/snippets.py)

/** A run is in another state. */
export function showDetails(panel) {
  if (component) component.value = withAddress(panel?.details ?? null);
}

function withAddress(details) {
  const address = escaped(pageAddress(location));
  const code = details?.code.map(({ name, text }) => ({ name, text: text.replace(PAGE, () => address) }));
  return details && { ...details, code };
}

export function startDetails({ element, props }) {
  component = props;
  showDetails(state.run.panel); // it may start late: what lies in a closed accordion is not drawn
  element.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const text = button.parentElement.querySelector("pre").textContent;
    copyText(button, text, props.value.copied);
  });
}
