"""A backup of the profile, and the restore of one."""
