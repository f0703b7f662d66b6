"""Reviews: a view of a project, with the rounds that were sent to clients and what came back."""
