"""Runway Desktop: drop prompts, watch the tasks live, keep the results.

`docs/architecture.md` shows the layers on one screen. Each package's docstring says what belongs into it and, under
"To add", which module to change for what.
"""

__version__ = "0.1.0"
HOME_PAGE = "https://runway-desktop.example"
"""The project's address, without a slash at its end: a reserved name until there is one. `dev.py address` sets it here
and in the files that name it."""
APP_ID = "io.github.runway_desktop.RunwayDesktop"
"""Name of the desktop file, by which desktops know the program."""
