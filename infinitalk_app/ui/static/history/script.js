// The strip of this browser's videos.
import { namesOfRun, setAddress } from "../page/address.js";
import { escaped, focusField } from "../page/dom.js";
import { holdsFilesOf, remind } from "../page/form.js";
import { providers } from "../page/providers.js";
import { publish, state } from "../page/state.js";
import { describe } from "./entries.js";
import { findEntry, forget, onChange, readEntries, watchedRuns } from "./store.js";

const DRAW_EVERY_MS = 5000;

let component = null; // its trigger, and its texts

/** Returns an entry as the template draws it. */
function card(entry, texts, watched) {
  return {
    run: escaped(entry.run),
    poster: escaped(/^data:image\/jpeg/.test(entry.poster) ? entry.poster : ""),
    name: texts.settings.replace(/{(resolution|fps)}/g, (_, name) => escaped(entry.settings?.[name])),
    ...describe(entry, texts, providers[entry.engine]?.ready, Date.now(), watched),
  };
}

const actions = {
  open: (entry) => {
    setAddress(namesOfRun(entry));
    location.reload();
  },
  again: (entry) => {
    publish("reuse", entry.settings);
    const there = holdsFilesOf(entry);
    const text = component.texts[there ? "there" : "bring"];
    remind(there ? "ok" : "warn", text);
    focusField("picture");
  },
  forget: (entry) => forget([entry]),
};

function act(name, entry) {
  if (entry) actions[name](entry); // another tab may have forgotten it
}

/** The form shall hold the settings of an earlier run. */
export function reuseSettings(settings) {
  state.form.settings = settings;
  component?.trigger("select");
}

export function startHistory({ element, props, trigger }) {
  // Drawn anew only for something new: whoever is in the strip by keyboard would lose the place.
  const draw = async () => {
    const isWatched = await watchedRuns();
    const cards = readEntries().map((entry) => card(entry, props.texts, isWatched(entry.run)));
    if (JSON.stringify(props.value) !== JSON.stringify(cards)) props.value = cards;
  };
  onChange(draw);
  component = { trigger, texts: props.texts };
  // At once is too early: a value that is set before Gradio has drawn the page can be lost.
  setTimeout(draw, 0);
  setInterval(draw, DRAW_EVERY_MS);
  addEventListener("storage", draw);
  element.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button?.dataset.do === "forget_all") forget(readEntries());
    else if (button) act(button.dataset.do, findEntry({ run: button.closest("li").dataset.run }));
  });
}
