"""The system's programs for a kind of file, and how each is started with files.

`desktop_entry` and `associations` read what freedesktop.org's specifications lay down, `offering` orders it for a menu.
Windows and macOS have dialogs of their own: `system_dialog` names the command for theirs.
"""

from .desktop_entry import Launch
from .offering import Application, Applications, system_dialog

__all__ = ["Application", "Applications", "Launch", "system_dialog"]
