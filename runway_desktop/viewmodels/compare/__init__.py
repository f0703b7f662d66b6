"""State of the compare view: sets of takes, stacks, judging them. GUI thread."""
