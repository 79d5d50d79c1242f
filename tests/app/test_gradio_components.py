"""What the page's own subclasses of Gradio's components rest on."""

from pathlib import Path

import gradio as gr
import pytest
from gradio import mcp
from gradio.processing_utils import async_move_files_to_cache
from gradio.state_holder import SessionState

from infinitalk_app.gradio_compat import subclasses
from tests.app.test_gradio_compat import hand_in, page_with

KEY = "SG_a_key_that_is_typed"
FILE = {"meta": {"_type": "gradio.FileData"}}
CHANGED = (
    (subclasses.SecretBox, "textbox"),
    (subclasses.PlainImage, "image"),
    (subclasses.PlainSlider, "slider"),
    (subclasses.FileByAddress, "file"),
    (subclasses.AudioByAddress, "audio"),
    (subclasses.FaceChoice, "textbox"),
    (subclasses.CheckedVideo, "video"),
)


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "cache"))


# -- components ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "name"), CHANGED)
async def test_a_changed_component_is_drawn_as_its_parent(kind, name):
    """The browser finds a component's part by its lower-case name, and our classes have none there."""
    demo, _ = page_with(kind)
    assert demo.get_config_file()["components"][0]["type"] == name


async def test_the_description_of_an_input_comes_from_the_instance():
    """Both /info and MCP take its description, its example and its range from there."""
    box = subclasses.described(gr.Number(5, render=False, label="fps"), "How fast.", 25, minimum=16)
    demo, _ = page_with(box)
    (told,) = next(iter(demo.get_api_info()["named_endpoints"].values()))["parameters"]
    assert told["example_input"] == 25
    assert (told["type"]["minimum"], told["type"]["description"]) == (16, "How fast.")
    (schema,) = mcp.GradioMCPServer(demo).get_input_schema("append")[0]["properties"].values()
    assert (schema["minimum"], schema["description"]) == (16, "How fast.")


async def test_a_key_is_read_and_written_by_its_data_model():
    """The handler gets what was typed; the session gets what the model dumps, and that is nothing."""
    demo, given = page_with(subclasses.SecretBox)
    session = await hand_in(demo, KEY)
    assert given == [KEY]
    assert KEY not in str(session.config_values)
    assert KEY not in subclasses.SecretText(KEY).model_dump_json()


async def test_a_broken_picture_reaches_its_handler(tmp_path):
    """Nothing looks at an image before `preprocess` does."""
    demo, given = page_with(subclasses.PlainImage(type="filepath", render=False))
    path = tmp_path / "broken.png"
    path.write_bytes(b"no picture")
    await hand_in(demo, {"path": str(path), **FILE})
    assert given[0].endswith("broken.png")


async def test_numbers_and_faces_reach_their_handler():
    """A slider's range and an input's schema are checked in `preprocess`, if at all."""
    slider = subclasses.PlainSlider(16, 30, 25, render=False)
    for component, value in ((slider, 99), (subclasses.FaceChoice, 2)):
        demo, given = page_with(component)
        await hand_in(demo, value)
        assert given == [value]


@pytest.mark.parametrize("kind", [subclasses.FileByAddress, subclasses.AudioByAddress])
async def test_a_file_by_address_is_fetched_by_the_component(kind):
    """Gradio asks the component to fetch it, so that what goes wrong there is a sentence of ours."""
    named = {"path": "http://127.0.0.1:9/a.jpg", **FILE}
    with pytest.raises(gr.Error, match="image could not be fetched from http://127"):
        await async_move_files_to_cache(named, kind(label="image", render=False), check_in_upload_folder=True)


async def test_a_checked_video_goes_out_as_it_is(tmp_path):
    """An output may be a FileData."""
    (tmp_path / "a.mp4").write_bytes(b"no video")
    with gr.Blocks() as demo:
        gr.on([demo.load], lambda: str(tmp_path / "a.mp4"), None, subclasses.CheckedVideo())
    answer = await demo.process_api(demo.fns[0], [], state=SessionState(demo))
    assert answer["data"][0]["orig_name"] == "talking.mp4"
