"""What the activity pill and its list show: what goes on now, what was done and can be undone, what waits for an
answer. GUI thread."""
