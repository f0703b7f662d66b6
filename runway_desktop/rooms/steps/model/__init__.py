"""State of the steps of a project, and its words. No widgets."""
