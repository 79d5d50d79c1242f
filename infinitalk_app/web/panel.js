// The status panel: its clock and ruler tick here, between the server's words.
const clock = (s) => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")}`;
let heardAt = Date.now();
let lastUsed = "";
let left = ""; // the run that the visitor has stopped to watch

function tick() {
  const value = props.value, face = element.querySelector(".clock");
  if (!face || value.elapsed_s === null) return;
  const runs = value.kind === "busy";
  const seconds = value.elapsed_s + (runs ? (Date.now() - heardAt) / 1000 : 0);
  face.textContent = clock(seconds);
  measure(value, seconds);
}

function measure(value, seconds) {
  const ruler = element.querySelector(".ruler");
  if (!ruler) return;
  const full = 1.5 * value.high, past = value.share ?? Math.min(1, seconds / full);
  ruler.querySelector(".past").style.width = `${100 * past}%`;
  if (value.share !== null) return;
  const band = ruler.querySelector(".band").style;
  band.left = `${(100 * value.low) / full}%`;
  band.width = `${(100 * (value.high - value.low)) / full}%`;
  if (seconds > 2 * value.high) element.querySelector(".late").textContent = value.late;
}

function changed() {
  const { missing } = props.value;
  if (missing) {
    props.value = talk.value;
    talk.refused(missing);
    return;
  }
  // News that was on its way when the visitor stopped watching comes too late.
  if (props.value.kind === "busy" && props.value.run === left) {
    props.value = talk.value;
    return;
  }
  left = props.value.stopped ? props.value.run : "";
  heardAt = Date.now();
  talk.shown(props.value);
  tick();
  // The template was drawn anew: whoever used a button by keyboard finds it again.
  if (lastUsed && document.activeElement === document.body) element.querySelector(`[data-do="${lastUsed}"]`)?.focus();
}

element.addEventListener("focusin", (event) => (lastUsed = event.target.dataset?.do ?? ""));
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (!button) return;
  if (button.dataset.do === "look") left = "";
  if (["stop", "look"].includes(button.dataset.do)) talk.news.expect("run");
  if (button.dataset.do === "stop") trigger("stop");
  else if (button.dataset.do === "look") trigger("retry");
  else talk.act(button.dataset.do, button);
});
// A value that is set here is not watched.
talk.redraw = (value) => {
  props.value = value;
  requestAnimationFrame(tick); // the clock is drawn by then
};
watch("value", () => {
  talk.news.came("run");
  changed();
});
talk.news.ask = () => trigger("tick");
changed();
setInterval(tick, 1000);
