"""Rooms: pages, windows and overlays, a folder each. No room imports another, and nothing below imports a room.

To add
- a room: a folder with `room.py` (its record, read at start), `entry.py` (imported at its first opening), widgets, and
  its view-models, which know no widgets, as one module or a folder named model; its line in `app/rooms`. A room is
  removed by removing both;
- a page of the left pane: `kind`, `icon` and `count` of its record; its entry hands a `PageContent` to the window;
- a call from one room to another: `open` of `Desk` with the other's id; a wish that is more than a string: `ui/room`;
- what two rooms need: in `ui/` or `viewmodels/`, since both may know that.
"""
