// Who talks: a choice among several people, or three marks where none is found. The form is told it as one value.
talk.who = {
  words: {},
  of: "", // the picture that the form holds; what was seen in another one comes too late
  text: "null", // what is shown, as JSON
  crops: false, // who renders is sent a part of the picture, and chooses by itself
  model: "", // what renders
  number: 1,
  whole: false, // the whole picture is sent all the same
  marks: [], // up to three of [x, y] in pixels of the upright picture
  cross: null, // where the keyboard is, as a mark
  MOST: 3,
  HIGHEST_PX: 180, // of what will be sent

  start(element, props, trigger, watch) {
    Object.assign(talk.who, { element, props, changed: () => trigger("select") });
    watch("value", () => {
      talk.news.came("who");
      if (props.value?.of && props.value.of !== talk.who.of) props.value = null;
      const text = JSON.stringify(props.value || null);
      if (text === talk.who.text) return; // the same again: whoever is in it by keyboard stays there
      talk.who.text = text;
      talk.who.draw();
      talk.who.changed();
    });
    talk.who.draw();
  },

  // Another picture: the choice was for the one before. Gradio tells of some pictures twice.
  look(picture, video) {
    talk.news.expect("who");
    const of = (video ?? picture)?.path ?? "";
    if (of === talk.who.of) return [picture, video];
    Object.assign(talk.who, { of, number: 1, whole: false, marks: [], cross: null });
    talk.who.text = "null";
    if (talk.who.props) talk.who.props.value = null;
    talk.who.draw();
    talk.who.changed?.();
    return [picture, video];
  },

  engine(name) {
    talk.who.crops = !talk.providers[name].face;
    talk.who.model = talk.providers[name].model;
    talk.who.draw();
    return talk.who.choice();
  },

  // "2", or "x,y,x,y,x,y"; fewer marks are sent as they are, so that the form says what is missing.
  choice() {
    const { value } = talk.who.props ?? {};
    const { crops, whole, number, marks } = talk.who;
    if (!value || (crops && whole)) return "";
    if (value.people.length) return crops && !value.people[number - 1].sent ? "" : String(number);
    return crops ? "" : marks.flat().join(",");
  },

  draw() {
    const { element, props, crops } = talk.who;
    const box = element?.querySelector(".who");
    if (!box) return;
    const { value } = props;
    const useful = value && (value.people.length ? !crops || value.people.some((one) => one.sent) : !crops);
    if (!useful) return box.replaceChildren();
    box.replaceChildren(...(value.people.length ? talk.who.people(value) : talk.who.board(value)));
    talk.who.shown();
  },

  // -- several people: a group of radio buttons with pictures --

  people(value) {
    const { made, words, number, crops } = talk.who;
    const group = made("fieldset", {}, made("legend", { textContent: words.title }));
    const row = made("div", { className: "people" });
    for (const one of value.people) {
      const radio = made("input", { type: "radio", name: "who", value: one.number, checked: one.number === number });
      radio.addEventListener("change", () => talk.who.choose(one.number));
      row.append(made("label", {}, radio, made("img", { src: one.crop, alt: "" }), made("span", { textContent: one.name })));
    }
    group.append(row);
    return crops ? [group, ...talk.who.sent(value)] : [group];
  },

  choose(number) {
    talk.who.number = number;
    talk.who.shown();
    talk.who.changed();
  },

  sent(value) {
    const { made, words } = talk.who;
    const whole = made("input", { type: "checkbox", checked: talk.who.whole });
    whole.addEventListener("change", () => {
      talk.who.whole = whole.checked;
      talk.who.shown();
      talk.who.changed();
    });
    const part = made("div", { className: "part" }, made("img", { src: value.copy, alt: "" }));
    const tick = made("label", { className: "tick" }, whole, made("span", { textContent: words.whole }));
    return [made("div", { className: "sent" }, part, made("div", {}, made("p", { className: "hint" }), tick))];
  },

  // -- no face: a picture to be marked --

  board(value) {
    const { made, words } = talk.who;
    const shot = made("div", { className: "shot", tabIndex: 0 }, made("img", { src: value.copy, alt: "", draggable: false }));
    shot.setAttribute("role", "application");
    shot.setAttribute("aria-label", words.picture);
    shot.setAttribute("aria-describedby", "marknext markkeys");
    shot.addEventListener("click", (event) => {
      const box = shot.getBoundingClientRect();
      talk.who.mark([(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]);
    });
    shot.addEventListener("keydown", (event) => talk.who.key(event));
    shot.addEventListener("blur", () => shot.classList.remove("keyed"));
    const undo = made("button", { type: "button", textContent: words.undo });
    undo.addEventListener("click", () => talk.who.undo());
    const next = made("p", { id: "marknext", className: "next" });
    const keys = made("p", { id: "markkeys", className: "hint keys", textContent: words.keys });
    return [made("p", { className: "none-found", textContent: words.none }), made("div", { className: "does" }, next, undo), shot, keys];
  },

  // A place in parts of the picture's sides becomes the next mark.
  mark([left, top]) {
    const { marks, props, MOST } = talk.who;
    if (marks.length === MOST) return;
    const [width, height] = props.value.size;
    const within = (part, side) => Math.round(10 * Math.min(Math.max(part, 0), 1) * side) / 10;
    marks.push([within(left, width), within(top, height)]);
    talk.who.marked();
  },

  undo() {
    if (!talk.who.marks.pop()) return;
    talk.who.marked();
    talk.who.element.querySelector(".shot").focus({ preventScroll: true });
  },

  marked() {
    talk.who.shown();
    talk.announce(talk.who.element.querySelector(".next").textContent);
    talk.who.changed();
  },

  key(event) {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const { element, words } = talk.who;
    const step = steps[event.key];
    if (step) {
      const size = event.shiftKey ? 0.005 : 0.02;
      const now = talk.who.cross ?? [0.5, 0.5];
      talk.who.cross = now.map((part, axis) => Math.min(Math.max(part + size * step[axis], 0), 1));
      const [left, top] = talk.who.cross.map((part) => Math.round(100 * part));
      talk.announce(words.at.replace("{left}", left).replace("{top}", top));
    } else if (event.key === "Enter" || event.key === " ") talk.who.mark((talk.who.cross ??= [0.5, 0.5]));
    else if (event.key === "Backspace" || event.key === "Delete") talk.who.undo();
    else return;
    event.preventDefault();
    element.querySelector(".shot").classList.add("keyed");
    talk.who.shown();
  },

  // -- what changes without being built anew --

  shown() {
    const { element, props, number, whole, marks, cross, words, made } = talk.who;
    const find = (name) => element.querySelector(name);
    for (const label of element.querySelectorAll(".people label"))
      label.classList.toggle("selected", label.querySelector("input").checked);
    if (find(".part")) {
      const [width, height] = props.value.size;
      const [left, top, right, bottom] = (!whole && props.value.people[number - 1].sent) || [0, 0, width, height];
      const shape = (right - left) / (bottom - top);
      Object.assign(find(".part").style, { aspectRatio: shape, width: `min(100%, ${talk.who.HIGHEST_PX * shape}px)` });
      const share = (part, of) => `${(100 * part) / of}%`;
      const place = { width: share(width, right - left), left: share(-left, right - left), top: share(-top, bottom - top) };
      Object.assign(find(".part img").style, place);
      find(".sent .hint").textContent = (whole ? words.whole_sent : words.sent).replace("{model}", talk.who.model);
    }
    const shot = find(".shot");
    if (!shot) return;
    find(".next").textContent = words.next[marks.length];
    find(".does button").hidden = marks.length === 0;
    shot.querySelectorAll("i").forEach((dot) => dot.remove());
    const put = (left, top, what) => {
      const dot = made("i", what);
      Object.assign(dot.style, { left: `${100 * left}%`, top: `${100 * top}%` });
      shot.append(dot);
    };
    const [width, height] = props.value.size;
    marks.forEach(([x, y], at) => put(x / width, y / height, { className: "dot", textContent: at + 1 }));
    put(...(cross ?? [0.5, 0.5]), { className: "cross" });
  },

  made(name, what, ...inside) {
    const one = Object.assign(document.createElement(name), what);
    one.append(...inside);
    return one;
  },
};
