"""The service and the page that the tests of the page share."""

from tests.app.conftest import segmind, shared_page

__all__ = ["segmind", "shared_page"]
