"""What can be done with a key: one declared table, read by whoever carries it out and by the list of shortcuts."""
