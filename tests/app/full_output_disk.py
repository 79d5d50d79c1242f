"""python -m tests.app.full_output_disk: the page, with its output on a full disk."""

import os

if __name__ == "__main__":
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, 1)
    os.dup2(full, 2)
    import app

    app.launch()
