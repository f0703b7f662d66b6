"""Python's own import, put back after PySide has been imported.

PySide puts a function of its own before every later import. It reads the source of each module that is imported, in
search of its own name, so that `from __feature__ import …` can change how Qt's methods are called there. We have no
use for that, and reading the source of hundreds of modules costs a tenth of the time to the first paint, and keeps all
of it in memory. Where PySide does it no more, nothing is changed. GUI thread, before anything else is imported.

PySide also compiles, at each start anew, the program that writes its own stub files. Nobody asks for those here, so an
empty module stands in its place, which nothing is changed by where PySide does not look for it.
"""

from __future__ import annotations

import builtins
import sys
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec

_STUB_WRITER = "shibokensupport.signature.lib.pyi_generator"


def import_qt() -> None:
    """Imports QtCore, and leaves the import of everything that comes after it as it was."""
    sys.modules.setdefault(_STUB_WRITER, module_from_spec(ModuleSpec(_STUB_WRITER, None)))
    before = builtins.__import__
    import PySide6.QtCore  # noqa: F401 - for its effect

    builtins.__import__ = before
