"""Files and folders: threads for slow drives, atomic writes, locks, the system's trash, spreadsheets.

Independent of tasks.

To add
- a file or folder of the profile: `private`, which only its owner can read from the first byte on;
- a small file: `write_whole` of `disk_steps`; a table: `spreadsheet`; reading JSON: `parsed`;
- a large file: reserve its space with `disk_space`;
- a socket for other programs of the same person: `private_socket`.
"""
