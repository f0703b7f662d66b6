"""Dialogs and what asks, tells and welcomes: opened with `open()`, answered by signals, never a loop of their own."""
