"""Dialogs, questions and the welcome page: shown with `open()`, answered by signals, never by a loop of their own."""
