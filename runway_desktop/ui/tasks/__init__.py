"""The task list: its view, the delegate that paints the rows, the pictures in them, and the pane around."""
