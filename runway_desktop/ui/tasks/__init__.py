"""The task list: its view, the delegate that paints its rows, their posters, and the pane around them."""
