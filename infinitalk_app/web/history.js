// What this browser made: kept here alone, newest first, until it is forgotten. Storage may be closed to a frame.
talk.history = {
  props: null,
  memory: {},
  reuse: null, // has the form take up the wanted settings
  MOST: 20,
  KEPT_S: 7200,

  // An entry a key: two tabs that write at once do not take anything from each other.
  read() {
    let texts = Object.entries(talk.history.memory);
    try {
      texts = Object.entries(localStorage).filter(([key]) => key.startsWith("infinitalk "));
    } catch {
      // closed: what is in memory serves this page
    }
    const entries = texts.map(([key, text]) => talk.history.parsed(text) ?? talk.history.remove(key));
    return entries.filter(Boolean).sort((one, other) => other.began - one.began);
  },

  parsed(text) {
    try {
      const entry = JSON.parse(text);
      return typeof entry?.run === "string" && Number.isFinite(entry.began) ? entry : undefined;
    } catch {
      return undefined;
    }
  },

  remove(key) {
    delete talk.history.memory[key];
    try {
      localStorage.removeItem(key);
    } catch {
      // closed
    }
  },

  keep(entry) {
    const key = `infinitalk ${entry.run}`;
    talk.history.memory[key] = JSON.stringify(entry);
    try {
      localStorage[key] = talk.history.memory[key];
    } catch {
      // closed or full
    }
    talk.history.drop(talk.history.read().slice(talk.history.MOST));
  },

  drop(entries) {
    for (const { run } of entries) talk.history.remove(`infinitalk ${run}`);
    talk.history.show();
  },

  begin(run, { prompt, engine, resolution, fps, seed }) {
    const entry = { run, job: "", engine, kind: "busy", began: Date.now(), settings: { prompt, engine, resolution, fps, seed } };
    talk.history.keep({ ...entry, poster: talk.history.draw() });
    talk.history.watch(run);
  },

  // A small copy of the picture in the form; the picture itself is kept nowhere.
  draw() {
    const picture = document.querySelector("#picture img");
    if (!picture?.naturalWidth) return "";
    const board = document.createElement("canvas");
    const scale = 240 / Math.max(picture.naturalWidth, picture.naturalHeight);
    board.width = scale * picture.naturalWidth;
    board.height = scale * picture.naturalHeight;
    try {
      board.getContext("2d").drawImage(picture, 0, 0, board.width, board.height);
      return board.toDataURL("image/jpeg", 0.7);
    } catch {
      return "";
    }
  },

  find({ run, job }) {
    return talk.history.read().find((entry) => entry.run === run || (job && entry.job === job));
  },

  shown(value) {
    const known = talk.history.find(value);
    if (!known) return;
    const ends = { ok: "ready", bad: "failed", idle: value.stopped ? "busy" : "stopped" };
    const kind = ends[value.kind] ?? "busy";
    const changes = { job: value.job || known.job, kind, link: value.link };
    if (kind !== "busy" && known.kind === "busy") changes.ended = Math.min(Date.now(), known.began + 1000 * (value.elapsed_s || 0));
    talk.history.keep({ ...known, ...changes });
    if (kind === "busy") talk.history.watch(known.run);
  },

  // A lock says that some page of this browser looks at a run; it goes with the page.
  watch(run) {
    navigator.locks?.request(`infinitalk ${run}`, { ifAvailable: true }, (lock) => lock && new Promise(() => {}));
  },

  async unwatched() {
    for (const entry of talk.history.read()) {
      if (entry.kind !== "busy" || Date.now() - entry.began > 1000 * talk.history.KEPT_S) continue;
      if (!navigator.locks) return entry;
      const free = await navigator.locks.request(`infinitalk ${entry.run}`, { ifAvailable: true }, Boolean);
      if (free) return entry;
    }
    return null;
  },

  state(entry) {
    const { KEPT_S } = talk.history;
    const { words } = talk;
    const clock = (s) => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")}`;
    const began_s = (Date.now() - entry.began) / 1000;
    if (entry.kind === "busy" && began_s > KEPT_S) return { state: words.unseen, left: words.unknown };
    if (entry.kind === "busy") return { state: words.busy, left: words.so_far.replace("{time}", clock(began_s)) };
    if (entry.kind !== "ready") return { state: words[entry.kind], left: "" };
    const left_s = KEPT_S - (Date.now() - entry.ended) / 1000;
    if (left_s <= 0) return { state: words.expired, left: words.gone, gone: true };
    const state = talk.providers[entry.engine]?.ready ?? words.ready;
    return { state, left: words.kept.replace("{time}", `${Math.ceil(left_s / 60)} min`) };
  },

  show() {
    const escape = (text) => String(text).replace(/[&<>"'`$]/g, (c) => `&#${c.charCodeAt(0)};`);
    const { props } = talk.history;
    if (!props) return;
    const entries = talk.history.read().map((entry) => ({
      run: escape(entry.run),
      poster: escape(/^data:image\/jpeg/.test(entry.poster) ? entry.poster : ""),
      name: escape(`${entry.settings?.resolution ?? ""}, ${entry.settings?.fps ?? ""} fps`),
      ...talk.history.state(entry),
    }));
    // Drawn anew only for something new: whoever is in the strip by keyboard would lose the place.
    if (JSON.stringify(props.value) !== JSON.stringify(entries)) props.value = entries;
  },

  again(entry) {
    talk.form.wanted = entry?.settings;
    talk.history.reuse();
  },

  act(what, run) {
    const entry = talk.history.find({ run });
    const acts = {
      open: () => {
        talk.address(entry.job ? { job: entry.job, engine: entry.engine } : { run: entry.run });
        location.reload();
      },
      again: () => talk.history.again(entry),
      forget: () => talk.history.drop([{ run }]),
      forget_all: () => talk.history.drop(talk.history.read()),
    };
    acts[what]?.();
  },
};
