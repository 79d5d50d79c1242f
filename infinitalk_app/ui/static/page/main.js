// The entry: connects the modules, and gives Gradio's listeners their names in one frozen object, `infinitalk`.
import { pendingUpdates, updateArrived } from "../../../gradio_compat/frontend.js";
import { startAccessibility } from "../accessibility/script.js";
import { closeCompare, runsToCompare, showCompare, startCompare } from "../compare/script.js";
import { showDetails, startDetails } from "../details/script.js";
import { followRun, startDoneNotice, tellState } from "../done_notice/script.js";
import { changeEngine, changePicture, faceValue, startFaceChoice } from "../face_choice/script.js";
import { startFileInput, takenFile } from "../file_input/script.js";
import { startFullPageLink } from "../full_page_link/script.js";
import { reuseSettings, startHistory } from "../history/script.js";
import { addRun, forget, readEntries, updateRun } from "../history/store.js";
import { showCharged, startKeyNote } from "../key_note/script.js";
import { startLanguageChoice } from "../language_choice/script.js";
import { showMissing, startPreflight } from "../preflight/script.js";
import { showGoingOn, startSecondPurchase } from "../second_purchase/script.js";
import { secretOfRun, showShare, startShare } from "../share/script.js";
import { startSoundButton } from "../sound_button/script.js";
import { estimateSpeech, startSpeechEstimate } from "../speech_estimate/script.js";
import { startStatusPanel } from "../status_panel/script.js";
import { showCost, startTerms } from "../terms/script.js";
import { startTitle } from "../title/script.js";
import { showVisit, startVisitPart } from "../visit/script.js";
import { startWaiting } from "../waiting/script.js";
import { changeWay, chosenWay, showLength, startWays } from "../ways/script.js";
import { startClickChecks } from "./before_click.js";
import { formChanged, formEdited, nextSeed, providerFields, reusedSettings, sendForm, watchVisitor } from "./form.js";
import { keepForm, readKeptForm, startForm } from "./kept_form.js";
import { coverAtClick, coverRun, uncover } from "./player.js";
import { firstProvider, providers, setProviders } from "./providers.js";
import { click, clickFailed, findRun, mainButton } from "./run.js";
import { prepareToken } from "./run_token.js";
import { state, subscribe } from "./state.js";
import { startVisit } from "./visit.js";

const EMBEDDED = new URLSearchParams(location.search).get("embed") === "1";

/** Called once, before Gradio draws the page; `known` are the providers by id. */
export function start(known) {
  setProviders(known);
  readKeptForm();
  watchVisitor();
  startVisit();
  prepareToken();
  startClickChecks();
  subscribe("clicked", coverAtClick);
  subscribe("clicked", addRun);
  subscribe("clicked", showMissing);
  subscribe("clicked", followRun);
  subscribe("clicked", closeCompare);
  subscribe("unanswered", uncover);
  subscribe("shown", coverRun);
  subscribe("shown", updateRun);
  subscribe("shown", showCharged);
  subscribe("shown", showCompare);
  subscribe("shown", showDetails);
  subscribe("shown", showGoingOn);
  subscribe("shown", showShare);
  subscribe("shown", showVisit);
  subscribe("shown", tellState);
  subscribe("refused", ({ token }) => forget([{ run: token }]));
  subscribe("refused", uncover);
  subscribe("refused", showMissing);
  subscribe("edited", showMissing);
  subscribe("checked", showLength);
  subscribe("reuse", reuseSettings);
  subscribe("checked", showCost);
  if (EMBEDDED) document.documentElement.classList.add("embed");

  window.infinitalk = Object.freeze({
    // What `js_on_load` of a component calls, by the name of its folder.
    components: Object.freeze({
      accessibility: startAccessibility,
      compare: startCompare,
      details: startDetails,
      done_notice: startDoneNotice,
      face_choice: startFaceChoice,
      file_input: startFileInput,
      full_page_link: startFullPageLink,
      history: startHistory,
      key_note: startKeyNote,
      language_choice: startLanguageChoice,
      preflight: startPreflight,
      second_purchase: startSecondPurchase,
      share: startShare,
      sound_button: startSoundButton,
      speech_estimate: startSpeechEstimate,
      status_panel: startStatusPanel,
      terms: startTerms,
      title: startTitle,
      visit: startVisitPart,
      waiting: startWaiting,
      ways: startWays,
    }),
    // What `js=` of the page's events calls.
    changeEngine,
    changePicture,
    changeWay,
    chosenWay,
    click,
    clickFailed,
    estimateSpeech,
    faceValue,
    findRun,
    formChanged,
    formEdited,
    keepForm,
    mainButton,
    nextSeed,
    providerFields,
    reusedSettings,
    runsToCompare,
    secretOfRun,
    sendForm,
    startForm,
    takenFile,
    updateArrived,
    // To be read, on the console and by tests.
    firstProvider,
    pendingUpdates,
    providers,
    readEntries,
    state,
  });
}
