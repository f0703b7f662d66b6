"""The viewer: one take of the list in full size over the window, or two or four of them side by side, judged by key.
Decisions are the view-model's."""
