// What Gradio's elements lack for keyboard and screen reader. Each repair may be made again at any time.

function set(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** The document says the language of its texts, and where their lines begin; Gradio may say another language. */
export function nameLanguage(root, { language, direction }) {
  set(root, "lang", language);
  set(root, "dir", direction);
}

/** The radio buttons of one choice are one group, with its title as its name: the arrow keys go through it. */
export function groupRadios(fieldset) {
  const radios = fieldset.querySelectorAll("input[type=radio]");
  const title = fieldset.querySelector("[data-testid=block-info]");
  if (!radios.length || !title) return;
  set(title, "id", `${fieldset.id}-title`);
  set(fieldset, "aria-labelledby", title.id);
  for (const radio of radios) set(radio, "name", fieldset.id);
}

/** A fold says whether it is open. */
export function tellFold(button) {
  set(button, "aria-expanded", String(button.classList.contains("open")));
}

/** Pictures that are buttons get their names, in order. */
export function nameButtons(buttons, names) {
  buttons.forEach((button, i) => {
    if (names[i]) set(button, "aria-label", names[i]);
  });
}

/** The example whose picture is in the form is pressed. */
export function pressExample(buttons, picture) {
  const file = (image) => image?.getAttribute("src")?.split("/").pop();
  for (const button of buttons)
    set(button, "aria-pressed", String(file(button.querySelector("img")) === file(picture)));
}

/** No two elements have the same id: Gradio gives that of a group to two, and all its players have the same ones. */
export function separateIds(page) {
  for (const inner of page.querySelectorAll(".gr-group > .gr-group[id]")) {
    if (inner.parentElement.id === inner.id) inner.parentElement.removeAttribute("id");
  }
  for (const name of ["waveform", "time", "duration"]) {
    for (const part of page.querySelectorAll(`#${name}`)) part.id = `${part.closest(".block").id}-${name}`;
  }
}
