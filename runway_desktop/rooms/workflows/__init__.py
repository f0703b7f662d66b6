"""The Workflows page: what the organization has published, a form for each, its runs, and what their nodes made."""
