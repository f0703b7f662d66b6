"""The line counter: which lines count as code, and to which package they belong."""

from __future__ import annotations

from steps.line_count import Count, count, counted, show

SAMPLE = '''"""A docstring
of two lines."""

import os
from pathlib import (
    Path,
)

# A comment.
WORDS = """a text
of two lines"""


class Thing:
    """Another docstring."""

    def act(self) -> None:
        """And one more."""
        self.words = WORDS
        """The docstring of an attribute."""
        print(os, Path)  # said
'''


def test_line_count_ignores_blank_lines_comments_and_docstrings(tmp_path):
    file = tmp_path / "thing.py"
    file.write_text(SAMPLE)
    assert count(file) == Count(lines=10, imports=4, modules=1)


def test_line_count_lists_each_package_and_room(tmp_path, capsys):
    for name in (
        "runway_desktop/__main__.py",
        "runway_desktop/services/tasks/lane.py",
        "runway_desktop/services/__init__.py",
        "runway_desktop/rooms/sheet/model/rows.py",
        "runway_desktop/rooms/help/entry.py",
        "packaging/steps/deb.py",
        "resources/samples/make.py",
        "tests/unit/test_a.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("a = 1\n")
    assert {name: (one.lines, one.modules) for name, one in counted(tmp_path).items()} == {
        "runway_desktop": (1, 1),
        "runway_desktop.rooms.help": (1, 1),
        "runway_desktop.rooms.sheet": (1, 1),
        "runway_desktop.services": (2, 1),
        "packaging": (1, 1),
        "resources": (1, 1),
        "tests": (1, 1),
    }
    show(tmp_path)
    rows = {line.rsplit(None, 4)[0]: line.split()[-4:-2] for line in capsys.readouterr().out.splitlines()}
    assert rows["rooms.sheet"] == ["1", "1"]
    assert rows["all rooms"] == ["2", "2"]
    assert rows["program"] == ["5", "4"]
    assert rows["program and scripts"] == ["7", "6"]
