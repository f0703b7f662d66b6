"""The search line with its completion, and the chips of its filters."""
