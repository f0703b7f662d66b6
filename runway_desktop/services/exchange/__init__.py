"""Import and export: files, lists, task ids, and folders of results.

All work runs in short calls of a worker, so that the window stays responsive, shows progress, and can stop the work
between two calls.

To add
- a column of the exported list: `list_export`; text that would be read back differently is escaped in tables and marked
  in JSON;
- something that an imported sidecar restores: `folder_reading`.
"""
