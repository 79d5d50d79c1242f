// The line below the main button: what is known of the form before the click.
import { updateArrived } from "../../../gradio_compat/frontend.js";
import { beforeClick } from "../page/before_click.js";
import { unfold } from "../page/dom.js";
import { noLongerRefused, refuse } from "../page/form.js";
import { publish, state } from "../page/state.js";

let component = null; // its props

/** Shows what the last click lacked, and after an edit again what is known of the form. */
export function showMissing() {
  if (component) component.missing = state.form.missing; // apart from `value`, which the server may still send
}

export function startPreflight({ element, props, watch }) {
  component = props;
  element.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-field]");
    if (button) unfold(button.dataset.field);
  });
  showMissing();
  const { offline } = props.texts;
  beforeClick(() => {
    if (navigator.onLine) return true;
    refuse(offline);
    return false;
  });
  addEventListener("online", () => state.form.missing?.text === offline && noLongerRefused());
  watch("value", () => {
    updateArrived("preflight");
    publish("checked", props.value);
  });
}
