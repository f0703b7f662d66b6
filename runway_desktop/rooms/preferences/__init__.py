"""The preferences: a window with a page per section."""
