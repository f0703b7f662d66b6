"""State of the windows for import and export. QtCore only."""
