"""The batch sheet without its window: rows and columns, checks, edits, axes, sending, keeping. QtCore only, GUI
thread only."""
