"""Results: downloading, saving, checking, embedding the request, trash, fresh links, relinking lost files.

The state of tasks does not belong here: `services.tasks` owns it.
"""
