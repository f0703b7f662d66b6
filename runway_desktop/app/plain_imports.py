"""Python's own import, put back after PySide has been imported.

PySide puts a function of its own before every later import. It reads the source of each module that is imported, in
search of its own name, so that `from __feature__ import …` can change how Qt's methods are called there. We have no
use for that, and reading the source of hundreds of modules costs a tenth of the time to the first paint, and keeps all
of it in memory. Where PySide does it no more, nothing is changed. GUI thread, before anything else is imported.

PySide also compiles, at each start anew, the program that writes its own stub files. Nobody asks for those here, so it
is compiled as an empty module; a module that is put in its place beforehand would be thrown away. Where PySide does not
compile it, nothing is changed.
"""

from __future__ import annotations

import builtins
import linecache
from typing import Any

_STUB_WRITER = "pyi_generator.py"


def import_qt() -> None:
    """Imports QtCore, and leaves the import of everything that comes after it as it was."""
    before, builtins.compile = (builtins.__import__, builtins.compile), _compile
    try:
        import PySide6.QtCore  # noqa: F401 - for its effect
    finally:
        builtins.__import__, builtins.compile = before
        # What it has read of Python's own source by then.
        linecache.clearcache()


def _compile(source: Any, filename: Any, *how: Any, _compile: Any = builtins.compile, **more: Any) -> Any:
    return _compile(b"" if str(filename).endswith(_STUB_WRITER) else source, filename, *how, **more)
