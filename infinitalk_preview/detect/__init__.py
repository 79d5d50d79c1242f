"""Detection of faces with their landmarks; `python -m infinitalk_preview.detect` prints them."""
