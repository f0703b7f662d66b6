"""Help on what can be done in the current room, and the guide.

To add
- help of a room: `help` and `guide` of its record; of a part of the main window: `parts`.
- a page of the guide: a file in `docs/guide/`, and its line in `index.md` there.
"""
