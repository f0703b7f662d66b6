"""A package that imports its own modules in `__init__` is imported only through it.

The start imports on several threads at once. Two that meet in such a package from different ends, one at the package
and one at a module of it, wait for each other's lock: Python then gives one of them a module that is half made.
"""

from __future__ import annotations

import re
from pathlib import Path

import runway_desktop

ROOT = Path(runway_desktop.__file__).parent
THERE_BEFORE = {"catalog", "store"}
"""Imported whole before there is a second thread."""


def fronts() -> list[str]:
    """Packages that import their own modules, by their path below `runway_desktop`."""
    files = (
        file for file in ROOT.rglob("__init__.py") if re.search(r"^from \.", file.read_text("utf-8"), re.MULTILINE)
    )
    return sorted(file.parent.relative_to(ROOT).as_posix() for file in files)


def test_packages_with_public_names_are_imported_only_through_their_init():
    assert set(fronts()) > THERE_BEFORE
    found = []
    for front in set(fronts()) - THERE_BEFORE:
        package = front.rsplit("/", 1)[-1]
        inside = re.compile(rf"^\s*from \S*\b{package}\.\w+ import", re.MULTILINE)
        for file in sorted(ROOT.rglob("*.py")):
            if (ROOT / front) not in file.parents and inside.search(file.read_text("utf-8")):
                found.append(f"{file.relative_to(ROOT).as_posix()} enters {front}")
    assert found == []
