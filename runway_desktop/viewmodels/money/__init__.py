"""Form state of caps and the tables of the spending window. GUI thread."""
