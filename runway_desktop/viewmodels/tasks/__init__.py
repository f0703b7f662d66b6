"""Item models and signals of the task list and the details, and commands for selected tasks. GUI thread."""
