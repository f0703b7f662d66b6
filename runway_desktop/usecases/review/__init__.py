"""Rounds of review: takes go out as one HTML file, and a client's decisions come back. Nothing here sends or pays."""
