"""Files and folders: threads for slow drives, atomic writes, locks, the system's trash, spreadsheets.

Independent of tasks.
"""
