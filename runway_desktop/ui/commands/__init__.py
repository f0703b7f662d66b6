"""Commands of the window with their keys, in one table, which the key handling and the list of shortcuts read."""
