"""Inner elements of Gradio's components that the page's styles and scripts take hold of.

Each with what is lost without it. If one breaks: look at the element in the page, and change it here and in
`web/`. A test looks for each in the real page, with the paid engine chosen and all that folds unfolded, and
finds each class of Gradio's and each inner element that `web/` names in this list.
"""

SELECTORS: tuple[tuple[str, str], ...] = (
    (".dark", "colours for which a theme has no token, at night"),
    (".gradio-container .main.app", "narrow margins on a phone"),
    (".gradio-container .html-container", "no padding around our own pieces"),
    (".icon-button-wrapper", "toolbars without buttons are hidden"),
    (".icon-button-wrapper.top-panel", "the cross on picture and voice has no frame"),
    ("footer .show-api", "the link in the head opens the API's page"),
    ("#picture img", "the picture that waits on the stage, and its copy in the history"),
    ("#voice .audio-container", "the waveform fills its box"),
    ("#voice .controls .icon", "the player's buttons have enough contrast"),
    ("#voice time", "the player's times have enough contrast"),
    ("#trim .label-wrap", "the size of the folds' titles"),
    ("#more .label-wrap", "the same"),
    ("#details .label-wrap", "the same"),
    ("#trim .form > .block", "what is folded has no cards of its own"),
    ("#more .form > .block", "the same"),
    ("#examples .label svg", "the examples stand beside their title, which has no icon"),
    ("#examples .gallery .gallery-item .container", "examples are small squares"),
    ("#direct > .styler", "prompt and phrasings share a card"),
    ("#direct .form", "the same"),
    ("#ideas .gallery .gallery-item", "phrasings are round"),
    (".cards .wrap > label.selected > span", "engines are cards, and the chosen one is marked"),
    (".segs .wrap > label.selected > span", "qualities are one bar, and the chosen one is marked"),
    (".segs label > input", "the whole of a quality can be clicked"),
    ("#engine input:checked", "the main button's words"),
    ("#engine input[value]", "buttons that choose an engine, and presets by address"),
    ("#paid .styler", "key and consent share a card"),
    ("#key input", "a run that wants a key opens the box for it"),
    ("#result > .wrap", "the stage is dark, and as high as its box"),
    ("#result .mirror-wrap", "the video fills the stage"),
    ("#result video", "what is played, hushed and downloaded"),
)
