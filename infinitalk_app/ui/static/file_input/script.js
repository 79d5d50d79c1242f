// Takes a file that is chosen for a card or dropped on it; what the card holds stays until the file is there.
import { fileValue } from "../../../gradio_compat/frontend.js";
import { escaped } from "../page/dom.js";
import { noLongerRefused, refuse } from "../page/form.js";
import { state } from "../page/state.js";
import { accepts } from "./accept.js";

export function takenFile(box) {
  return state.form.taken[box];
}

function say(text, { name }) {
  return text.replace("{name}", () => escaped(name));
}

export function startFileInput({ element, props, trigger, upload }) {
  const { box, accept, texts } = props;
  const take = async (file) => {
    if (!file) return;
    if (!accepts(accept, file)) return refuse(say(texts.wrong, file));
    try {
      state.form.taken[box] = fileValue(await upload(file), file);
    } catch {
      return refuse(say(texts.lost, file));
    }
    noLongerRefused();
    trigger("upload");
  };
  const chosen = element.querySelector("input");
  chosen.addEventListener("change", () => {
    take(chosen.files[0]);
    chosen.value = ""; // the same file may be chosen again
  });
  // On the document, since Gradio draws a box anew, and before its own handler, which empties a filled box at once.
  const onBox = (name, call) => {
    const heard = (event) => {
      const target = event.target.closest?.(`#${box}card`);
      if (!target) return;
      event.preventDefault();
      event.stopPropagation();
      target.classList.toggle("dropping", name === "dragenter" || name === "dragover");
      call?.(event);
    };
    document.addEventListener(name, heard, true);
  };
  for (const name of ["dragenter", "dragover", "dragleave"]) onBox(name);
  onBox("drop", (event) => take(event.dataTransfer.files[0]));
}
