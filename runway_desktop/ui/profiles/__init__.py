"""The switcher of profiles, its badge, and the windows for a new profile, a backup and a restore."""
