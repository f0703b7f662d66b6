"""Results: download, save, check, embed the request, trash, renew links, relink lost files.

`services.tasks` owns the state of tasks.
"""
