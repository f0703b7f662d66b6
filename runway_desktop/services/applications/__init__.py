"""The system's programs for a kind of file, and how each is started with files.

`desktop_entry` and `associations` read what freedesktop.org's specifications lay down, `offering` orders it for a menu.
Windows and macOS have dialogs of their own: `Applications.system_dialog` names the command for theirs.
"""

from .offering import Applications

__all__ = ["Applications"]
