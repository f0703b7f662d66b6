"""Python's own import, put back after PySide has been imported.

PySide puts a function of its own before every later import. It reads the source of each module that is imported, in
search of its own name, so that `from __feature__ import …` can change how Qt's methods are called there. We have no
use for that, and reading the source of hundreds of modules costs a tenth of the time to the first paint, and keeps all
of it in memory. Where PySide does it no more, nothing is changed. GUI thread, before anything else is imported.
"""

from __future__ import annotations

import builtins


def import_qt() -> None:
    """Imports QtCore, and leaves the import of everything that comes after it as it was."""
    before = builtins.__import__
    import PySide6.QtCore  # noqa: F401 - for its effect

    builtins.__import__ = before
