"""A package that imports its own modules when it is imported is entered by its front.

The start imports on several threads at once. Two that meet in such a package from different ends, one at the package
and one at a module of it, wait for each other's lock: Python then gives one of them a module that is half made.
"""

from __future__ import annotations

import re
from pathlib import Path

import runway_desktop

ROOT = Path(runway_desktop.__file__).parent
FRONTS = ("services/results/embedding", "services/applications")
"""Those that a thread of the start may import while another one does. `catalog` and `store` are there before."""


def test_nobody_outside_imports_a_module_of_such_a_package():
    found = []
    for front in FRONTS:
        package = front.rsplit("/", 1)[1]
        inside = re.compile(rf"^\s*from \S*\b{package}\.\w+ import", re.MULTILINE)
        assert "import" in (ROOT / front / "__init__.py").read_text("utf-8")
        for file in sorted(ROOT.rglob("*.py")):
            if (ROOT / front) not in file.parents and inside.search(file.read_text("utf-8")):
                found.append(file.relative_to(ROOT).as_posix())
    assert found == []
