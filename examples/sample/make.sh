#!/bin/sh
# Makes the preview that is on the page at first sight, of the first example.
set -eu
cd "$(dirname "$0")/../.."
python -m infinitalk_local.render examples/portraits/mira.jpg examples/voices/hello.mp3 \
    -o examples/sample/preview.mp4 --resolution 480p --fps 25 --seed 42424242
