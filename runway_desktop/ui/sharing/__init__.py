"""Handing results on: drags out of the window, the clipboard, and the system's file manager."""
