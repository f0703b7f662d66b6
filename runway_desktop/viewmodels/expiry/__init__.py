"""View-models of the expiry board: results that are not saved. GUI thread only."""
