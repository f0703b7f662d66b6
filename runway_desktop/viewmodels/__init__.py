"""What the window shows and may do, as QtCore objects: item models, form state, commands. No widgets. GUI thread only.

To add
- a message in the activity pill, or something that can be undone: `Activity` in `activity/activity` (`tell`, `follow`,
  `act`).
"""
