"""State of the profile switcher and of the windows for backup and restore. QtCore only."""
