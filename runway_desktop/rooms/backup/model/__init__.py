"""State of the windows of backup and restore. QtCore only."""
