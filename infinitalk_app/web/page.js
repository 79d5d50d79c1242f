// What must happen in the browser: the run token, the address, and the buttons that need no server.
window.talk = {
  busy: "", // the token of the run that this page looks at; a second click is the same run
  clicked: "", // the token of a click that the panel has not shown yet
  sent: null, // the run whose inputs the form holds; "" once it was changed, null on a fresh page
  value: null, // what the status panel shows

  // The click: all inputs as they are, and the run token in the last one.
  order(names, values) {
    const inputs = Object.fromEntries(names.map((name, i) => [name, values[i]]));
    if (!talk.busy) {
      const bytes = crypto.getRandomValues(new Uint8Array(16));
      talk.busy = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
      talk.address({ run: talk.busy });
    }
    if (talk.value?.run !== talk.busy) {
      talk.clicked = talk.busy;
      talk.stage.begin(inputs.picture);
      talk.history.begin(talk.busy, inputs);
    }
    talk.news.expect("run");
    talk.form.lacks = null;
    return [...values.slice(0, -1), talk.busy];
  },

  address(wanted) {
    const url = new URL(location.href);
    for (const name of ["run", "job", "engine"]) url.searchParams.delete(name);
    for (const [name, value] of Object.entries(wanted)) url.searchParams.set(name, value);
    if (url.href !== location.href) history.replaceState(history.state, "", url);
  },

  // On load: the run that the address names, else one of this browser's that nobody is looking at.
  async whereabouts() {
    const asked = new URL(location.href).searchParams;
    const key = asked.get("job") || asked.get("run");
    const left = key ? { run: key, engine: asked.get("engine") } : await talk.history.unwatched();
    if (!left) return ["", ""];
    talk.news.expect("run");
    return [left.job || left.run, left.engine || ""];
  },

  // The panel shows something new: keep the address, the stage, the history and the details true.
  shown(value) {
    talk.value = value;
    if (!value || !value.run) return;
    if (value.run === talk.clicked) talk.sent = value.run;
    talk.clicked = "";
    const busy = value.kind === "busy" && !value.stopped;
    talk.busy = busy ? value.run : "";
    talk.address(!value.link ? {} : value.job ? { job: value.job, engine: value.engine } : { run: value.run });
    talk.stage.shown(value);
    talk.history.shown(value);
    if (talk.details) talk.details.value = value.details;
    talk.announce(`${value.title}${/[.!?]$/.test(value.title) ? "" : "."} ${value.line}`);
    if (value.wants_key && !document.querySelector("#key input")) talk.choose(value.engine);
  },

  // The click lacked something, and nothing was started: all is as it was before it.
  refused({ text, field }) {
    talk.form.lacks = { kind: "bad", text };
    talk.form.lacking();
    talk.history.act("forget", talk.busy);
    talk.busy = "";
    talk.address({});
    talk.stage.wait(null);
    talk.form.point(field);
  },

  // One live region for the whole page, outside of what is drawn anew.
  announce(html) {
    const live = document.querySelector("#live");
    const text = new DOMParser().parseFromString(html, "text/html").body.textContent;
    if (live && live.textContent !== text) live.textContent = text;
  },

  // The main button while a run goes on.
  button(value) {
    const busy = value?.kind === "busy" && !value.stopped;
    const engine = busy ? value.engine : document.querySelector("#engine input:checked")?.value;
    const provider = talk.providers[engine] ?? talk.providers[talk.one(false)];
    return talk.gradio.update({ value: busy ? provider.going : provider.go, interactive: !busy });
  },

  // The first free provider, or the first paid one.
  one(free) {
    return Object.keys(talk.providers).find((name) => talk.providers[name].free === free);
  },

  choose(engine) {
    const choice = document.querySelector(`#engine input[value="${engine}"]`);
    choice?.click();
    choice?.scrollIntoView({ block: "center" });
  },

  copy(button) {
    const said = (text) => {
      const before = button.textContent;
      button.textContent = text;
      setTimeout(() => (button.textContent = before), 4000);
    };
    const text = button.dataset.text ?? location.href;
    // In a frame the clipboard may be closed to us: then the address is shown, to be copied by hand.
    const shown = () => prompt(button.textContent, text);
    (navigator.clipboard?.writeText(text) ?? Promise.reject()).then(() => said(button.dataset.done), shown);
  },

  // By way of a blob: the server's own header would name the file after the run.
  async download(address) {
    const link = document.createElement("a");
    const answer = await fetch(address);
    link.href = answer.ok ? URL.createObjectURL(await answer.blob()) : address;
    link.download = "talking.mp4";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  },

  // The run that the panel shows once more. What else the form may hold by now is not sent in its place.
  anew(what) {
    if (talk.sent === talk.value.run) document.querySelector("#generate").click();
    else if (talk.sent === null) talk.bring(what);
    else {
      talk.form.focus(document.querySelector("#generate"));
      talk.note(talk.words.changed, what);
    }
  },

  // Put the settings of that run into the form, where this browser knows them, and ask for its files.
  bring(what) {
    talk.history.again(talk.history.find(talk.value));
    talk.form.point("picture");
    talk.note(talk.words.bring, what);
  },

  // A note on the card instead of the button that was used; everything else on it stays.
  note(text, what) {
    const actions = talk.value.actions.filter((action) => action.do !== what);
    talk.value = { ...talk.value, notes: [text], actions };
    talk.redraw(talk.value);
    talk.announce(text);
  },

  act(what, button) {
    const video = document.querySelector("#result video");
    const acts = {
      copy: () => talk.copy(button),
      download: () => talk.download(video.currentSrc || video.src),
      console: () => window.open(button.dataset.to, "_blank", "noopener"),
      free: () => talk.choose(talk.one(true)),
      paid: () => talk.choose(talk.one(false)),
      own_key: () => (talk.choose(talk.one(false)), talk.form.point("key")),
      picture: () => document.querySelector("#picture")?.scrollIntoView({ block: "center" }),
      again: () => talk.anew(what),
      submit_again: () => talk.anew(what),
      settings: () => talk.bring(what),
    };
    acts[what]?.();
  },
};
if (new URLSearchParams(location.search).get("embed") === "1") document.documentElement.classList.add("embed");
