"""What the switcher of profiles and the windows for backup and restore show and decide. QtCore only."""
