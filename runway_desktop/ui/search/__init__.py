"""Searching: the line with its completion, and the chips of what is asked for."""
