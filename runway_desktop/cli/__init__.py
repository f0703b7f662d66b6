"""The command line: what the window can do with tasks, for scripts and servers without a display.

A thin face: it parses, calls the profile's engine over its line, and prints. Its texts stay English.
"""
