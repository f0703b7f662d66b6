"""Media kinds of the window: `kinds.py` lists them, `kind.py` defines the record."""
