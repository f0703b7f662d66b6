"""The search language: reading a search, and suggesting how it may go on.

SQL does not belong here: the store translates a `Filter`.
"""
