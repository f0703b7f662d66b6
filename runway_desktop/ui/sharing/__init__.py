"""Handing results on: drags out of the window, the clipboard, the system's file manager and its programs."""
