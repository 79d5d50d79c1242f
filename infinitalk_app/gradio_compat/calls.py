"""How a program calls the page without a client of Gradio's: the snippets of a run do."""

# Rests on: the paths of these routes, and named arguments at the second, whose answer has an `event_id`.
# If it breaks: look at "Use via API" of a page with the footer, which has the same calls.
UPLOAD = "/gradio_api/upload"
CALL = "/gradio_api/call/v2"


def file_value(path: str) -> dict[str, object]:
    """Return an uploaded file as an argument of a call.

    Rests on: the mark by which Gradio tells files from other objects.
    If it breaks: take the mark from what `gradio_client.handle_file` returns.
    """
    return {"path": path, "meta": {"_type": "gradio.FileData"}}
