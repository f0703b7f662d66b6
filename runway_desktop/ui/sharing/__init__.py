"""Sharing results: drag and drop, clipboard, and the system's file manager."""
