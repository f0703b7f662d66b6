"""Profiles: making, renaming, removing them, and their keys.

Where a profile's files lie does not belong here: that is `services.disk.profile_folders` and `domain.profiles`.
"""
