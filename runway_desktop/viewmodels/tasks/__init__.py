"""Item models and signals of the task list, the details and what is done with selected tasks. GUI thread."""
