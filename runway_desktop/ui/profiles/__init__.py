"""Profile menu, badges, and the windows for a new profile, a backup and a restore."""
