"""Steps: a view of a project, whose shots go on from step to step."""
