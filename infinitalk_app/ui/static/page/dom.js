// Small helpers around elements.

/** Returns a new element with the given properties and children. */
export function create(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** Returns a text as a template may draw it: Gradio's templates take raw HTML, and evaluate what it holds. */
export function escaped(text) {
  return String(text ?? "").replace(/[&<>"'`$]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** Returns what a person reads of a text that was escaped for a template. */
export function plainText(html) {
  return new DOMParser().parseFromString(html, "text/html").body.textContent;
}

/** Has screen readers say a text; the page has one live region, outside of what is drawn anew. */
export function announce(html) {
  const live = document.querySelector("#live");
  const text = plainText(html);
  if (live && live.textContent !== text) live.textContent = text;
}

export function focus(box, first = box) {
  box.scrollIntoView({ block: "center" });
  first?.focus({ preventScroll: true });
}

/** Moves the focus into a field of the form, by its `elem_id`. */
export function focusField(field) {
  const box = document.querySelector(`#${field}`);
  if (box) focus(box, box.querySelector("input:not([type=file]), textarea, button"));
}

/** Opens a part of the form that may be folded, and moves the focus into it once it is there. */
export function unfold(field) {
  const title = document.querySelector(`#${field} .label-wrap`);
  if (!title.classList.contains("open")) title.click();
  onceThere(`#${field} .form`, () => focusField(`${field} .form`));
}

/** Gradio draws what was folded or hidden some frames after the click: waits for it, a second at most. */
export function onceThere(selector, act, frames = 60) {
  const found = document.querySelector(selector);
  if (found?.closest(".block, .form")?.offsetParent) act(found);
  else if (frames) requestAnimationFrame(() => onceThere(selector, act, frames - 1));
}

export function chooseEngine(id) {
  const choice = document.querySelector(`#engine input[value="${id}"]`);
  choice?.click();
  choice?.scrollIntoView({ block: "center" });
}

/** Copies a text, and says so on the button for four seconds. */
export function copyText(button, text, done) {
  const say = () => {
    const before = button.textContent;
    button.textContent = done;
    setTimeout(() => {
      button.textContent = before;
    }, 4000);
  };
  // In a frame the clipboard may be closed: then the text is shown, to be copied by hand.
  const show = () => prompt(button.textContent, text);
  (navigator.clipboard?.writeText(text) ?? Promise.reject()).then(say, show);
}
