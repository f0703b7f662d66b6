"""The main window and its panes.

To add
- something that the window needs, but not for its first paint: `interior`; something that few people open: an entry
  module, imported by `viewmodels/first_opening` when it is first opened.
"""
