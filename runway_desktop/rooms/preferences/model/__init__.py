"""View-models of the preferences. GUI thread only."""
