// Repairs of Gradio's elements, made anew whenever it has drawn something.
import { groupRadios, nameButtons, nameLanguage, pressExample, separateIds, tellFold } from "./repairs.js";

function repair(props) {
  const { texts } = props;
  nameLanguage(document.documentElement, props);
  document.querySelectorAll("fieldset").forEach(groupRadios);
  document.querySelectorAll(".label-wrap").forEach(tellFold);
  const examples = document.querySelectorAll("#examples .gallery-item");
  nameButtons(examples, texts.examples);
  pressExample(examples, document.querySelector("#picture img"));
  separateIds(document);
}

export function startAccessibility({ props }) {
  let due = false;
  const repairSoon = () => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      repair(props);
    });
  };
  const watched = { subtree: true, childList: true, attributes: true, attributeFilter: ["class", "lang", "src"] };
  new MutationObserver(repairSoon).observe(document.documentElement, watched);
  repairSoon();
}
