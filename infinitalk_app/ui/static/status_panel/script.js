// The status panel: its clock and ruler tick here, between the server's updates. It triggers `stop`, `retry`, `tick`.
import { expectUpdate, keepAsking, updateArrived } from "../../../gradio_compat/frontend.js";
import { serverAnswers, watchConnection } from "../page/connection.js";
import { announce } from "../page/dom.js";
import { clock, elapsedSeconds, ruler } from "../page/elapsed.js";
import { refuse } from "../page/form.js";
import { refuseClick, showRun } from "../page/run.js";
import { publish, state } from "../page/state.js";
import { act, lostPanel, withNote } from "./actions.js";

export function startStatusPanel({ element, props, trigger, watch }) {
  let updatedAt = Date.now();
  let lastUsed = ""; // the button that was used last
  let stoppedRun = ""; // the run that the visitor has stopped to watch

  function tick() {
    const { value: panel } = props;
    const face = element.querySelector(".clock");
    if (!face || panel.elapsed_s === null) return;
    const seconds = elapsedSeconds(panel, (Date.now() - updatedAt) / 1000);
    face.textContent = clock(seconds);
    if (element.querySelector(".ruler")) drawRuler(ruler(panel, seconds), panel.late);
  }

  function drawRuler({ done, range, late }, text) {
    element.querySelector(".past").style.width = `${100 * done}%`;
    if (!range) return;
    const band = element.querySelector(".band").style;
    band.insetInlineStart = `${100 * range.start}%`;
    band.width = `${100 * range.width}%`;
    if (late) sayLate(element.querySelector(".usual"), text);
  }

  function sayLate(usual, text) {
    usual.textContent = text;
    usual.classList.add("late");
  }

  function update() {
    if (props.value.missing) {
      props.value = refuseClick(props.value);
      requestAnimationFrame(tick);
      return;
    }
    // An update that was on its way when the visitor stopped watching comes too late.
    if (props.value.kind === "busy" && props.value.run === stoppedRun) {
      props.value = state.run.panel;
      return;
    }
    stoppedRun = props.value.stopped ? props.value.run : "";
    updatedAt = Date.now();
    showRun(props.value);
    tick();
    // The template was drawn anew: whoever used a button by keyboard finds it again.
    if (lastUsed && document.activeElement === document.body) {
      element.querySelector(`[data-do="${lastUsed}"]`)?.focus();
    }
  }

  // A value that is set here is not watched.
  function note(text, name) {
    state.run.panel = withNote(state.run.panel, text, name);
    props.value = state.run.panel;
    requestAnimationFrame(tick); // the clock is drawn by then
    announce(text);
  }

  // The clock stops, until the server is back; Gradio then loads the page anew, and the run is found again.
  function showLost(lost) {
    const { panel, clicked } = state.run;
    if (panel?.kind === "busy") {
      const seconds = elapsedSeconds(panel, (Date.now() - updatedAt) / 1000);
      props.value = lost ? lostPanel(panel, props.texts, seconds) : panel;
      requestAnimationFrame(tick);
    } else if (lost && clicked) {
      publish("unanswered");
      refuse(props.texts.unanswered);
    }
    if (lost) announce(`${props.texts.lost}. ${props.texts.lost_line}`);
  }

  async function reconnect() {
    if (await serverAnswers()) location.reload();
    else announce(`${props.texts.lost}. ${props.texts.lost_line}`);
  }

  function click(button) {
    const { do: name } = button.dataset;
    if (name === "reconnect") return reconnect();
    if (name === "poll_again") stoppedRun = "";
    if (name === "stop" || name === "poll_again") {
      expectUpdate("run");
      trigger(name === "stop" ? "stop" : "retry");
    } else {
      act(name, button, { texts: props.texts, note });
    }
  }

  element.addEventListener("focusin", (event) => {
    lastUsed = event.target.dataset?.do ?? "";
  });
  element.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) click(button);
  });
  watch("value", () => {
    updateArrived("run");
    update();
  });
  update();
  keepAsking(() => trigger("tick"));
  setInterval(tick, 1000);
  watchConnection(() => props.value.kind === "busy" || state.run.clicked, showLost);
}
