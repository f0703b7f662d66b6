"""Profiles: create, rename and remove them, with their keys.

Their folders are in `services.disk.profile_folders` and `domain.profiles`.
"""
