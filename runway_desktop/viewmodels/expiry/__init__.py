"""The board of results that are not saved. GUI thread."""
