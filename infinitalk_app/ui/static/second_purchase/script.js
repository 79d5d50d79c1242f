// Names a paid run that goes on unwatched, and asks before a second one is bought.
import { beforeClick } from "../page/before_click.js";
import { announce } from "../page/dom.js";
import { providers } from "../page/providers.js";
import { goingOn } from "./going_on.js";

let component = null; // its props
let known = null; // the run that goes on
let agreed = false;

function draw(asks) {
  if (component) component.value = { text: known?.text ?? "", asks };
}

/** The panel shows a run. */
export function showGoingOn(panel) {
  const before = known;
  known = goingOn(known, panel);
  if (known !== before) draw(false);
}

export function startSecondPurchase({ element, props }) {
  component = props;
  beforeClick(() => {
    const engine = document.querySelector("#engine input:checked")?.value;
    if (!known || agreed || providers[engine]?.free) return true;
    draw(true);
    announce(`${known.text} ${props.texts.ask}`);
    requestAnimationFrame(() => element.querySelector("[data-do=not_now]")?.focus());
    return false;
  });
  element.addEventListener("click", (event) => {
    const { do: name } = event.target.closest("[data-do]")?.dataset ?? {};
    if (!name) return;
    draw(false);
    const button = document.querySelector("#generate");
    button.focus();
    if (name !== "buy") return;
    agreed = true;
    button.click();
    agreed = false;
  });
}
