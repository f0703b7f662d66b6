"""Form state of the preferences. GUI thread."""
