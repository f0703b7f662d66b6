"""The library: finding and reading tasks and results, lineage, kept sheets, and moving the library's folder.

Saving a result does not belong here: that is `services.results`.
"""
