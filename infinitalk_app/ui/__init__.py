"""What a visitor sees: the page, its components and its texts."""
