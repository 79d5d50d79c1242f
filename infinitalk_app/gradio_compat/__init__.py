"""Everything that rests on what Gradio does not document; nothing else of this page may.

| module | what it holds |
|---|---|
| `environment` | variables and the folder of uploads, set before `import gradio`; imports no Gradio |
| `sessions` | what the queue and the sessions keep of each visitor, and how often the queue polls |
| `subclasses` | components that are changed by a subclass or on the instance |
| `addresses` | Gradio's paths that are built, counted or closed, and headers that it believes |
| `languages` | the page and its document in the language of each visitor |
| `launched` | the running page: its version, login, shutdown, cached files, MCP server |
| `selectors` | inner elements that styles and scripts use |
| `frontend.js` | values that scripts build for Gradio, and answers that its stream leaves behind |

Each name says what it rests on, and what to do if it breaks. `tests/app/test_gradio_compat.py` has a test for
each: after an upgrade of Gradio, run it first, then set `launched.TESTED`. This file imports nothing, since
`environment` comes before Gradio.
"""
