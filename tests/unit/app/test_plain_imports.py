"""PySide's import hook is removed, and everything can still be imported."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import builtins
before = builtins.__import__
from runway_desktop.app.plain_imports import import_qt
import_qt()
assert builtins.__import__ is before
import runway_desktop.app.session, PySide6.QtMultimedia
from PySide6.QtWidgets import *
assert builtins.__import__ is before
print(QDialog.__name__)
"""


def test_import_function_is_pythons_own_after_qt_was_imported():
    # In a process of its own: this one has imported Qt long ago.
    assert subprocess.check_output([sys.executable, "-c", SCRIPT], text=True).strip() == "QDialog"
