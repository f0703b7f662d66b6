"""The preferences: a window with a page for each of their sections."""
