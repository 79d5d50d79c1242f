// The form: presets from the address, qualities, the seed, and what is missing.
talk.form = {
  voice: null, // a sound that was dropped, as Gradio names a file
  wanted: null, // settings of an earlier run, to be used again
  lacks: null, // the fact that the last click lacked, said until something is changed

  // Values for prompt, engine, resolution, fps and seed, as the address asks for them, else as they are.
  presets(prompt, engine, resolution, fps, seed) {
    const asked = new URL(location.href).searchParams;
    const known = Object.fromEntries([...asked].filter(([, value]) => value !== ""));
    return talk.form.fitted(known, { prompt, engine, resolution, fps, seed });
  },

  fitted(wanted, now) {
    const whole = (value, least, most) => (/^-?\d+$/.test(String(value)) && value >= least && value <= most ? Number(value) : null);
    const among = (value, values) => (values.includes(value) ? value : null);
    return [
      typeof wanted.prompt === "string" && wanted.prompt.trim() ? wanted.prompt.slice(0, 2000) : now.prompt,
      among(wanted.engine, Array.from(document.querySelectorAll("#engine input"), (choice) => choice.value)) ?? now.engine,
      among(wanted.resolution, Object.values(talk.providers).flatMap((one) => one.resolutions)) ?? now.resolution,
      whole(wanted.fps, 16, 30) ?? now.fps,
      whole(wanted.seed, -1, Number.MAX_SAFE_INTEGER) ?? now.seed,
    ];
  },

  again(...values) {
    const [prompt, engine, resolution, fps, seed] = values;
    return talk.form.fitted(talk.form.wanted ?? {}, { prompt, engine, resolution, fps, seed });
  },

  // What the chosen provider asks for and offers: its terms, its key, what it costs, resolutions, frames per second.
  engine(name, resolution) {
    const { asks, key, price_note, resolutions, fps } = talk.providers[name];
    const value = resolutions.includes(resolution) ? resolution : resolutions[0];
    const { update } = talk.gradio;
    const price = document.createElement("p");
    Object.assign(price, { className: "hint", textContent: price_note });
    return [
      update({ visible: asks }),
      update(key),
      update({ value: price.outerHTML, visible: Boolean(price_note) }),
      update({ choices: resolutions.map((one) => [one, one]), value }),
      update({ minimum: fps[0], maximum: fps[1] }),
    ];
  },

  // A quality is a pair of resolution and frames per second; any other pair is none.
  quality(qualities, resolution, fps) {
    return Object.keys(qualities).find((name) => qualities[name][0] === resolution && qualities[name][1] === fps) ?? null;
  },

  seed(now, keep) {
    return keep ? now : crypto.getRandomValues(new Uint32Array(1))[0];
  },

  focus(box, first = box) {
    box.scrollIntoView({ block: "center" });
    first?.focus({ preventScroll: true });
  },

  // What a late look finds out about the form as it was at the click does not take the place of what it lacked.
  lacking() {
    if (talk.form.lacks) talk.check.value = { items: [talk.form.lacks], sum: "" };
  },

  // Whatever the click lacked: the server says it beside the button, and the focus goes there.
  point(field) {
    const box = document.querySelector(`#${field}`);
    if (!box) return;
    talk.form.focus(box, box.querySelector("input:not([type=file]), textarea, button"));
    talk.announce(document.querySelector("#check .bad")?.textContent ?? "");
  },
};
