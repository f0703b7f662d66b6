"""What the activity pill and its list show: work in progress, what can be undone, and open questions. GUI thread."""
