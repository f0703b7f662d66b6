"""The search language: parses a search, and suggests how to continue it.

SQL does not belong here: the store translates a `Filter`.
"""
