// The choice of the face that talks, among several people or by three marks; it triggers `select`.
//
// It is built by hand, and not by a template: focus and position of the keyboard stay where they are.
import { expectUpdate } from "../../../gradio_compat/frontend.js";
import { announce, create } from "../page/dom.js";
import { providers } from "../page/providers.js";
import { state } from "../page/state.js";
import { chosenFace, crossOf, MOST_MARKS, markAt, movedCross, offersChoice, sentBox } from "./choice.js";

const SENT_HEIGHT_PX = 180; // at most, of the part that is sent

const { face } = state.form;
let component = null; // what Gradio hands over: element, props, trigger
let shown = "null"; // what was found, as JSON, in the picture that is shown

export function startFaceChoice({ element, props, trigger, watch }) {
  component = { element, props, trigger };
  watch("value", () => {
    if (props.value?.of && props.value.of !== face.picture) props.value = null;
    const found = JSON.stringify(props.value || null);
    if (found === shown) return; // whoever is in it by keyboard stays there
    shown = found;
    draw();
    trigger("select");
  });
  draw();
}

/** Another picture: the choice was for the one before. Gradio tells of some pictures twice. */
export function changePicture(picture, video) {
  expectUpdate("face_choice");
  const path = (video ?? picture)?.path ?? "";
  if (path !== face.picture) {
    Object.assign(face, { picture: path, number: 1, whole: false, marks: [], cross: null });
    shown = "null";
    if (component) component.props.value = null;
    draw();
    component?.trigger("select");
  }
  return [picture, video];
}

/** Another provider: returns the choice as it is sent to that one. */
export function changeEngine(id) {
  state.form.engine = id;
  draw();
  return faceValue();
}

export function faceValue() {
  return chosenFace(component?.props.value, face, takesFace());
}

function takesFace() {
  return providers[state.form.engine]?.face ?? true;
}

function draw() {
  const box = component?.element.querySelector(".face-choice");
  if (!box) return;
  const found = component.props.value;
  if (!offersChoice(found, takesFace())) return box.replaceChildren();
  box.replaceChildren(...(found.people.length ? drawPeople(found) : drawBoard(found)));
  refresh();
}

// -- several people: a group of radio buttons with pictures --

function drawPeople(found) {
  const { texts } = component.props;
  const row = create("div", { className: "people" });
  for (const { number, name, crop } of found.people) {
    const radio = create("input", { type: "radio", name: "face", value: number, checked: number === face.number });
    radio.addEventListener("change", () => change({ number }));
    row.append(
      create("label", {}, radio, create("img", { src: crop, alt: "" }), create("span", { textContent: name })),
    );
  }
  const group = create("fieldset", {}, create("legend", { textContent: texts.title }), row);
  return takesFace() ? [group] : [group, drawSentPart(found)];
}

function drawSentPart(found) {
  const whole = create("input", { type: "checkbox", checked: face.whole });
  whole.addEventListener("change", () => change({ whole: whole.checked }));
  const part = create("div", { className: "part" }, create("img", { src: found.copy, alt: "" }));
  const text = create("span", { textContent: component.props.texts.whole });
  const tick = create("label", { className: "tick" }, whole, text);
  return create("div", { className: "sent" }, part, create("div", {}, create("p", { className: "hint" }), tick));
}

function change(choice) {
  Object.assign(face, choice);
  refresh();
  component.trigger("select");
}

// -- no face: a picture to be marked --

function drawBoard(found) {
  const { texts } = component.props;
  const picture = create("img", { src: found.copy, alt: "", draggable: false });
  const board = create("div", { className: "shot", tabIndex: 0 }, picture);
  board.setAttribute("role", "application");
  board.setAttribute("aria-label", texts.picture);
  board.setAttribute("aria-describedby", "marknext markkeys");
  board.addEventListener("click", (event) => {
    const box = board.getBoundingClientRect();
    addMark([(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]);
  });
  board.addEventListener("keydown", pressKey);
  board.addEventListener("blur", () => board.classList.remove("keyed"));
  const undo = create("button", { type: "button", textContent: texts.undo });
  undo.addEventListener("click", removeMark);
  const next = create("p", { id: "marknext", className: "next" });
  return [
    create("p", { className: "none-found", textContent: texts.none }),
    create("div", { className: "does" }, next, undo),
    board,
    create("p", { id: "markkeys", className: "hint keys", textContent: texts.keys }),
  ];
}

function addMark(place) {
  if (face.marks.length === MOST_MARKS) return;
  face.marks.push(markAt(place, component.props.value.size));
  marksChanged();
}

function removeMark() {
  if (!face.marks.pop()) return;
  marksChanged();
  component.element.querySelector(".shot").focus({ preventScroll: true });
}

function marksChanged() {
  refresh();
  announce(component.element.querySelector(".next").textContent);
  component.trigger("select");
}

function pressKey(event) {
  const moved = movedCross(face.cross, event.key, event.shiftKey);
  if (moved) {
    face.cross = moved;
    const [left, top] = moved.map((part) => Math.round(100 * part));
    announce(component.props.texts.at.replace("{left}", left).replace("{top}", top));
  } else if (event.key === "Enter" || event.key === " ") {
    face.cross = crossOf(face.cross);
    addMark(face.cross);
  } else if (event.key === "Backspace" || event.key === "Delete") {
    removeMark();
  } else {
    return;
  }
  event.preventDefault();
  component.element.querySelector(".shot").classList.add("keyed");
  refresh();
}

// -- what changes without being built anew --

function refresh() {
  const root = component.element;
  for (const label of root.querySelectorAll(".people label")) {
    label.classList.toggle("selected", label.querySelector("input").checked);
  }
  if (root.querySelector(".part")) refreshSentPart(root);
  if (root.querySelector(".shot")) refreshBoard(root);
}

function refreshSentPart(root) {
  const { value: found, texts } = component.props;
  const [width] = found.size;
  const [left, top, right, bottom] = sentBox(found, face);
  const shape = (right - left) / (bottom - top);
  const part = root.querySelector(".part");
  Object.assign(part.style, { aspectRatio: shape, width: `min(100%, ${SENT_HEIGHT_PX * shape}px)` });
  Object.assign(part.querySelector("img").style, {
    width: percent(width / (right - left)),
    left: percent(-left / (right - left)),
    top: percent(-top / (bottom - top)),
  });
  const text = (face.whole ? texts.whole_sent : texts.sent).replace("{model}", providers[state.form.engine].model);
  root.querySelector(".sent .hint").textContent = text;
}

function refreshBoard(root) {
  const { value: found, texts } = component.props;
  const [width, height] = found.size;
  const board = root.querySelector(".shot");
  root.querySelector(".next").textContent = texts.next[face.marks.length];
  root.querySelector(".does button").hidden = face.marks.length === 0;
  for (const sign of board.querySelectorAll("i")) sign.remove();
  const place = ([left, top], properties) => {
    const sign = create("i", properties);
    Object.assign(sign.style, { left: percent(left), top: percent(top) });
    board.append(sign);
  };
  face.marks.forEach(([x, y], i) => {
    place([x / width, y / height], { className: "dot", textContent: i + 1 });
  });
  place(crossOf(face.cross), { className: "cross" });
}

function percent(part) {
  return `${100 * part}%`;
}
