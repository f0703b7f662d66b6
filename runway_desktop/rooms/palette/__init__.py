"""The palette: one line that finds commands, tasks, models, presets, pages, settings and help.

To add
- something that the palette finds: `usecases/palette/sources` offers it, `entry` opens it.
"""
