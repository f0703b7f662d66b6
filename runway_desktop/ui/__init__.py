"""Widgets, delegates, painting and theme: how things look. Everything here runs on the GUI thread and commands
view-models only."""
