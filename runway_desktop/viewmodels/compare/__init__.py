"""State of the compare view: sets of takes, stacks, ratings. GUI thread."""
