"""Looking at results: clips, pictures and sound are shown from their saved files, never from a link."""
