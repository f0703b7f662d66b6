"""Cut: a view of a project, whose picks play one after the other."""
