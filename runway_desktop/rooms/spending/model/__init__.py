"""View-models of the Spending window. GUI thread only."""
