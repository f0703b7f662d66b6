"""The window's records of the kinds of media: `kinds.py` lists them, `kind.py` says what a record is."""
