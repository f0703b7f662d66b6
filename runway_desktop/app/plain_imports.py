"""Imports PySide without its import hook and without compiling its stub writer.

PySide replaces the import function by one that reads the source of every later module in search of `from __feature__
import …`. This program does not use that; reading hundreds of modules takes a tenth of the time to the first paint, and
keeps their source in memory. So Python's own import function is restored. If a PySide version has no such hook, nothing
changes. GUI thread, before any other import.

PySide also compiles at each start a module that writes its stub files. It is compiled as an empty module here;
replacing the module beforehand does not work, since PySide overwrites it. If a version does not compile it, nothing
changes.
"""

from __future__ import annotations

import builtins
import linecache
from typing import Any

_STUB_WRITER = "pyi_generator.py"


def import_qt() -> None:
    """Imports QtCore, and keeps Python's import function for all later imports."""
    before, builtins.compile = (builtins.__import__, builtins.compile), _compile
    try:
        import PySide6.QtCore  # noqa: F401 - for its effect
    finally:
        builtins.__import__, builtins.compile = before
        # Drops the source lines that PySide has read.
        linecache.clearcache()


def _compile(source: Any, filename: Any, *how: Any, _compile: Any = builtins.compile, **more: Any) -> Any:
    return _compile(b"" if str(filename).endswith(_STUB_WRITER) else source, filename, *how, **more)
