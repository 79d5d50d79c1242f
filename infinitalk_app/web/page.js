// What must happen in the browser: the run token, the address, and the buttons that need no server.
window.talk = {
  busy: "", // the token of the run that this page looks at; a second click is the same run

  token() {
    if (!talk.busy) {
      const bytes = crypto.getRandomValues(new Uint8Array(16));
      talk.busy = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
      talk.address({ run: talk.busy });
    }
    return talk.busy;
  },

  address(wanted) {
    const url = new URL(location.href);
    for (const name of ["run", "job", "engine"]) url.searchParams.delete(name);
    for (const [name, value] of Object.entries(wanted)) url.searchParams.set(name, value);
    if (url.href !== location.href) history.replaceState(history.state, "", url);
  },

  // The panel shows something new: keep the address true, so that a reload comes back to it.
  shown(value) {
    if (!value || !value.run) return;
    talk.busy = value.kind === "busy" ? value.run : "";
    talk.address(!value.link ? {} : value.job ? { job: value.job, engine: value.engine } : { run: value.run });
  },

  // What this browser keeps, for pages whose address is not the visitor's (a frame, a new tab).
  kept(value, before) {
    if (!value || !value.run) return before;
    return value.link ? { run: value.run, job: value.job, engine: value.engine, at: Date.now() / 1000 } : null;
  },

  choose(engine) {
    document.querySelector(`#engine input[value="${engine}"]`)?.click();
  },

  act(what, button) {
    const generate = document.querySelector("#generate");
    const video = document.querySelector("#result video");
    const acts = {
      copy: () => navigator.clipboard.writeText(location.href).then(() => (button.textContent = button.dataset.done)),
      download: () => {
        const link = document.createElement("a");
        link.href = video.currentSrc || video.src;
        link.download = "talking.mp4";
        link.click();
      },
      segmind: () => window.open(button.dataset.to, "_blank", "noopener"),
      preview: () => talk.choose("preview"),
      render: () => talk.choose("infinitetalk"),
      own_key: () => talk.choose("infinitetalk"),
      picture: () => document.querySelector("#picture")?.scrollIntoView({ block: "center" }),
      again: () => generate.click(),
      submit_again: () => generate.click(),
    };
    acts[what]?.();
  },
};
if (new URLSearchParams(location.search).get("embed") === "1") document.documentElement.classList.add("embed");
