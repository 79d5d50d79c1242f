// What the page's scripts share: what the form holds, and the run that the page watches.
//
// Every script may read `state`. Each value is written by one module, named beside it.
// `subscribe` and `publish` tell the others of what happened to a run, without knowing them.

export const state = {
  form: {
    engine: "", // id of the chosen provider, "" until one was chosen by hand (face_choice)
    sentRun: null, // the run whose inputs the form holds; "" once it was changed, null on a fresh page (page/run)
    touched: false, // the visitor has done something since the page was loaded (page/form)
    missing: null, // what the last click lacked, as an item of the preflight line, until an edit (page/run, page/form)
    keyOf: "", // id of the provider whose key the form asks for (page/form)
    told: "", // the inputs but the key, as Gradio told them last, as JSON (page/run, page/form)
    settings: null, // settings of an earlier run, to be used again (history)
    files: "", // the name of its files, as `filesOf` makes it (page/form)
    taken: { picture: null, voice: null }, // files that were chosen or dropped, in Gradio's form (file_input)
    way: "recording", // the way to a voice that was chosen last (ways)
    face: {
      picture: "", // the picture in the form; options that were found in another one come too late
      number: 1, // the chosen person
      whole: false, // the whole picture is sent, not the part around the person
      marks: [], // up to three of [x, y], in pixels of the upright picture
      cross: null, // the keyboard's cross, in parts of the picture's sides
    }, // (face_choice)
  },
  run: {
    token: "", // the run that is watched while it goes on; a second click is the same run (page/run)
    secret: "", // what the token of the last click is made of; this browser alone knows it (page/run)
    clicked: "", // the token of a click that the panel has not shown yet (page/run)
    panel: null, // the value that the status panel shows (page/run)
    before: null, // the value that it showed before the last click (page/run)
  },
};

const subscribers = {
  clicked: [], // {token, secret, inputs}: a run was asked for
  unanswered: [], // undefined: the server did not take the click
  refused: [], // {text, field}: the click lacked something, and nothing was started
  checked: [], // the value of the line below the main button: the server has looked at the form
  edited: [], // undefined: what the click lacked may be there now
  shown: [], // the panel's value: a run is in another state
  reuse: [], // settings: the form shall hold those of an earlier run
};

export function subscribe(event, receive) {
  subscribers[event].push(receive);
}

export function publish(event, detail) {
  for (const receive of subscribers[event]) receive(detail);
}
