const clock = (s) => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")}`;
function tick() {
  const face = element.querySelector(".clock");
  if (!face || !face.dataset.since) return;
  const seconds = face.dataset.took ? Number(face.dataset.took) : Math.max(0, Date.now() / 1000 - face.dataset.since);
  face.textContent = clock(seconds);
  const ruler = element.querySelector(".ruler");
  if (!ruler) return;
  const low = Number(ruler.dataset.low), high = Number(ruler.dataset.high), full = 1.5 * high;
  ruler.querySelector(".band").style.cssText = `left:${(low / full) * 100}%;width:${((high - low) / full) * 100}%`;
  ruler.querySelector(".past").style.width = `${Math.min(100, (seconds / full) * 100)}%`;
  const legend = element.querySelector(".legend");
  if (seconds > 2 * high) legend.textContent = legend.dataset.late;
}
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (!button) return;
  if (button.dataset.do === "stop") trigger("stop");
  else if (button.dataset.do === "look") trigger("retry");
  else talk.act(button.dataset.do, button);
});
watch("value", () => { talk.shown(props.value); tick(); });
talk.shown(props.value);
tick();
setInterval(tick, 1000);
