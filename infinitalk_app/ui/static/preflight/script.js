// The line below the main button: what is known of the form before the click.
import { beforeClick } from "../page/before_click.js";
import { serverAnswers } from "../page/connection.js";
import { unfold } from "../page/dom.js";
import { noLongerRefused, refuse } from "../page/form.js";
import { publish, state } from "../page/state.js";

const BELIEVED_MS = 60_000; // an answer of the server

let component = null; // its props
let answeredAt = -Infinity; // when the server answered a browser that is offline
let asking = false;

/** Shows what the last click lacked, and after an edit again what is known of the form. */
export function showMissing() {
  if (component) component.missing = state.form.missing; // apart from `value`, which the server may still send
}

/** Clicks once more if the server answers: a page on the visitor's own computer needs no network. */
async function askServerAndClick(offline) {
  if (asking) return;
  asking = true;
  const answers = await serverAnswers();
  asking = false;
  if (!answers) return refuse(offline);
  answeredAt = Date.now();
  document.querySelector("#generate").click();
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
    if (navigator.onLine || Date.now() - answeredAt < BELIEVED_MS) return true;
    askServerAndClick(offline);
    return false;
  });
  addEventListener("online", () => state.form.missing?.text === offline && noLongerRefused());
  watch("value", () => {
    publish("checked", props.value);
  });
}
