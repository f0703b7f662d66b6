"""Texts that people read: states, files, folders, money, time.

Decisions do not belong here: a text is made from a state or code when it is shown.
"""
