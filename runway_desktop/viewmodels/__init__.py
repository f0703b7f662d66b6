"""What the window shows and may do, as QtCore objects: item models, form state, commands. No widget, no painting,
GUI thread only."""
