"""The command line: what the window can do with tasks, for scripts and machines without a display.

Parses, calls the profile's engine through `remote`, and prints. All texts are English.
"""
