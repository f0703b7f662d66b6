"""Help on what can be done in the current room.

To add
- help of a room: `help` of its record; of a part of the main window: `parts`.
"""
