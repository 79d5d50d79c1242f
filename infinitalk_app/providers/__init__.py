"""The providers, which render: `base` defines one, `registry` lists them."""
