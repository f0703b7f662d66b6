"""The palette: one line that finds commands, tasks, models, presets, places, settings and help."""
