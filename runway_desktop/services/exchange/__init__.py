"""Import and export: files, lists, task ids, and folders of results.

All work runs in short calls of a worker, so that the window stays responsive, shows progress, and can stop the work
between two calls.
"""
