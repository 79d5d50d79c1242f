"""python -m tests.app.without_speech: the page as it is where hibari and PocketSphinx are not installed."""

import importlib.util

find_spec = importlib.util.find_spec

if __name__ == "__main__":
    hidden = "hibari", "pocketsphinx"
    importlib.util.find_spec = lambda name, *more: None if name in hidden else find_spec(name, *more)
    import app

    app.launch()
