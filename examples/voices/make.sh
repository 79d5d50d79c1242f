#!/bin/sh
# Makes the example voices from text with flite (Debian package `flite`) and ffmpeg.
# The voices were built from recordings of real speakers (CMU ARCTIC), who never said this: see NOTICE.
set -eu
cd "$(dirname "$0")"
speak() {
    flite -voice "$2" -t "$3" -o "$1.wav"
    ffmpeg -loglevel error -y -i "$1.wav" -ar 44100 -ac 1 -b:a 128k -map_metadata -1 "$1.mp3"
    rm "$1.wav"
}
speak hello slt "Hello. This picture learned to talk a moment ago. Give it your own voice, and it will say whatever you like."
speak morning rms "Good morning. I was only a drawing, until somebody gave me a voice. Shall we begin?"
