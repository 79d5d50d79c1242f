#!/bin/sh
# Makes the preview that is on the page at first sight, of the first example, and a still of it for the share card.
set -eu
cd "$(dirname "$0")/../.."
python -m infinitalk_preview examples/portraits/mira.jpg examples/voices/mira.mp3 \
    -o examples/sample/preview.mp4 --resolution 480p --fps 25 --seed 42424242
python -c 'from pathlib import Path; from infinitalk_media import still
still.take(Path("examples/sample/preview.mp4"), Path("examples/sample/card.jpg"), 0.4)'
