"""The list of shortcuts, and where keys are changed."""
