"""python -m infinitalk_local.render.look PICTURE: tells whether a face was found that could talk, as JSON."""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from infinitalk_local.render import face, source
from infinitalk_media import MediaError


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser("python -m infinitalk_local.render.look", description=__doc__)
    parser.add_argument("picture", type=Path)
    chosen = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            found = face.find(source.still(chosen.picture, Path(scratch)).rgb)
    except MediaError as error:
        sys.stdout.write(json.dumps({"error": str(error)}))
        return 2
    sys.stdout.write(json.dumps({"tier": found.tier if found else "none"}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
