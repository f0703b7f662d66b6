"""The system's programs for a kind of file, and how each is started with files.

`desktop_entry` and `associations` read what freedesktop.org's specifications lay down, `offering` orders it for a menu.
Windows and macOS have dialogs of their own: `system_dialog` names the command for theirs.
"""

from .offering import Applications, system_dialog

__all__ = ["Applications", "system_dialog"]
