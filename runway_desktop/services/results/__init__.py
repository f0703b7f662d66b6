"""Results: download, save, check, embed the request, trash, renew links, relink lost files.

`services.tasks` owns the state of tasks.

To add
- a field of the sidecar: `sidecar` writes and reads it, its `shared` decides whether exports contain it;
- something that deletes, moves or overwrites a listed file: ask `own_folders` first, since a restored list may name any
  file;
- a state of a saved file: `integrity`.
"""
