"""Who renders: `base.py` says what a provider is and can, `registry.py` which there are."""
