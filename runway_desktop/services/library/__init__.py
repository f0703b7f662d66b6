"""The library: queries of tasks and results, lineage, kept sheets, and moving the library's folder.

Results are saved in `services.results`.
"""
