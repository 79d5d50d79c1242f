"""What a page imports before it reads any setting, in the environment that every page of a test has.

All but the page's own modules: a test's program may change what they take from each other.
"""

import gc
import os

os.environ |= {
    "PATH": "/nowhere",
    # As gradio_compat.environment sets them, and for its reason: they are read at the import.
    "GRADIO_ANALYTICS_ENABLED": "0",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000000",
    "GRADIO_ANALYTICS_MAX_EVENTS": "50",
}

import gradio  # noqa: F401

import infinitalk_client  # noqa: F401

gc.collect()
gc.freeze()  # what is there already is not gone through, nor copied, by every page's own collector
