"""What the tests of the page share with these."""

from tests.app.conftest import own_temporary_folder, segmind, shared_page

__all__ = ["own_temporary_folder", "segmind", "shared_page"]
