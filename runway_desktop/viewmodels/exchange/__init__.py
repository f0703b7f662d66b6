"""What the windows for import and export show and decide. QtCore only."""
