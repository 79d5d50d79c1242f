// The stage: what is seen while a run goes on, the shape of the box, and a sample that plays without sound.
talk.stage = {
  waiting: null, // the props of the waiting picture
  awaited: "", // the run whose video is on its way
  sample: true,
  quiet: true,

  begin(picture) {
    const shown = document.querySelector("#picture img");
    const tall = shown && shown.naturalHeight > 1.15 * shown.naturalWidth;
    document.querySelector("#stage")?.classList.toggle("tall", Boolean(tall));
    talk.stage.wait({ src: picture?.url ?? shown?.src ?? "", still: false });
    if (innerWidth < 960) document.querySelector("#stage")?.scrollIntoView({ block: "start", behavior: "smooth" });
  },

  // Gradio did not take the click; if a run was started all the same, its token stands, and a second click finds it.
  not_taken() {
    talk.news.came("run");
    if (talk.value?.run !== talk.busy) talk.stage.wait(null);
  },

  shown(value) {
    talk.stage.sample = false;
    talk.stage.awaited = value.kind === "ok" ? value.run : "";
    if (talk.stage.awaited && !talk.stage.arrived()) talk.news.expect("video");
    if (value.stopped || talk.stage.arrived()) return talk.stage.wait(null);
    const src = talk.stage.waiting?.value?.src || talk.history.find(value)?.poster || "";
    talk.stage.wait({ src, still: value.kind === "bad" || value.kind === "idle" });
  },

  // The video comes a moment after the news of it; its address holds the run's token.
  arrived() {
    const video = document.querySelector("#result video");
    return Boolean(talk.stage.awaited && video?.readyState && video.currentSrc.includes(talk.stage.awaited));
  },

  wait(value) {
    const stage = document.querySelector("#stage");
    const waited = stage?.classList.contains("waits");
    if (talk.stage.waiting) talk.stage.waiting.value = value;
    stage?.classList.toggle("waits", Boolean(value));
    const video = document.querySelector("#result video");
    if (value) video?.pause();
    else if (waited) video?.play().catch(() => {});
  },

  // A page may not begin to talk by itself: until the visitor asks for it, the sample plays without sound.
  // Gradio's player sets `muted` back, and the browser then stops it, so both events are heard here.
  hush(button) {
    const box = document.querySelector("#stage");
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const hush = (video) => {
      video.muted = true;
      video.playsInline = true;
      if (calm) video.pause();
      else video.play().catch(() => {});
    };
    const heard = (event) => {
      const video = event.target;
      if (talk.stage.arrived()) {
        talk.news.came("video");
        talk.stage.wait(null);
      }
      if (video.tagName !== "VIDEO" || !talk.stage.quiet) return;
      if (!talk.stage.sample) return talk.stage.loud(button);
      if (!video.muted) hush(video);
    };
    for (const name of ["loadedmetadata", "volumechange"]) box.addEventListener(name, heard, true);
    let touched = false;
    for (const name of ["pointerdown", "keydown"]) document.addEventListener(name, () => (touched = true), true);
    box.addEventListener("play", (event) => calm && !touched && event.target.pause(), true);
    box.querySelectorAll("video").forEach(hush);
    button.addEventListener("click", () => {
      const video = box.querySelector("video");
      talk.stage.loud(button);
      if (!video) return;
      video.muted = false;
      video.currentTime = 0;
      video.play();
    });
  },

  loud(button) {
    talk.stage.quiet = false;
    button.hidden = true;
  },
};
