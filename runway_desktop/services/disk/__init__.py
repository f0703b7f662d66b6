"""Files and folders: threads for slow drives, safe writing, locks, the system's trash, spreadsheets.

What a file means to a task does not belong here.
"""
