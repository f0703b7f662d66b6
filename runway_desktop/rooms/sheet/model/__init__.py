"""The batch sheet without its window: rows, columns, checks, edits, axes, sending. QtCore only. GUI thread."""
