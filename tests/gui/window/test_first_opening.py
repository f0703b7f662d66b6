"""The first opening of a room: its parts are imported in turns of the loop, and it opens once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QTimer

from runway_desktop.ui import first_opening
from runway_desktop.ui.first_opening import FirstOpenings
from tests.gui.rig import rest, until

NUMBERS = count()
MOST_AT_ONCE = 5
"""Modules of the program that one turn imports."""

STEPS = """
import sys
from runway_desktop.app.plain_imports import import_qt
import_qt()
import runway_desktop.app.session, runway_desktop.ui.media.preview, runway_desktop.services.results.downloads
import runway_desktop.services.backup.backups
from runway_desktop.ui import first_opening

def own():
    return {name for name in sys.modules if name.startswith("runway_desktop.")}

for part in first_opening.ROOMS[int(sys.argv[1])]:
    before = own()
    __import__(part)
    print(part, len(own() - before))
"""


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, ...]]:
    """Three modules that nobody has imported."""
    names = tuple(f"part_{next(NUMBERS)}" for _ in range(3))
    for name in names:
        (tmp_path / f"{name}.py").write_text("", "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield names
    for name in names:
        sys.modules.pop(name, None)


@pytest.fixture
def openings(qapp: QObject) -> Iterator[FirstOpenings]:
    found = FirstOpenings()
    yield found
    found.deleteLater()


def there(room: tuple[str, ...]) -> int:
    return sum(part in sys.modules for part in room)


@pytest.mark.parametrize("number", range(len(first_opening.ROOMS)))
def test_no_turn_imports_much(number: int):
    """In a process of its own: in this one most of it is imported already."""
    command = [sys.executable, "-c", STEPS, str(number)]
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    turns = {part: int(amount) for part, amount in (line.split() for line in said.splitlines())}
    assert {part: amount for part, amount in turns.items() if not 0 < amount <= MOST_AT_ONCE} == {}


async def test_others_have_their_turn_after_each_part(openings, room, qtbot):
    opened, seen = [], set()
    look = QTimer(openings, interval=0)
    look.timeout.connect(lambda: seen.add(there(room)))
    look.start()
    openings.open(room, lambda: opened.append(there(room)))
    assert there(room) == 0
    await until(lambda: opened)
    assert opened == [3]
    assert seen >= {1, 2}


async def test_what_is_there_opens_at_once(openings, room, qtbot):
    opened = []
    openings.open(room, lambda: opened.append(1))
    await until(lambda: opened)
    openings.open(room, lambda: opened.append(2))
    assert opened == [1, 2]


async def test_asked_for_twice_while_it_comes_it_opens_once(openings, room, qtbot):
    opened = []
    openings.open(room, lambda: opened.append("first"))
    openings.open(room, lambda: opened.append("second"))
    await until(lambda: opened)
    await rest()
    assert opened == ["second"]


async def test_what_was_dropped_is_not_lost_by_what_is_asked_later(openings, room, qtbot):
    opened = []
    openings.open(room, lambda: opened.append("dropped"), each=True)
    openings.open(room, lambda: opened.append("blank"))
    openings.open(room, lambda: opened.append("blank again"))
    await until(lambda: len(opened) == 2)
    await rest()
    assert opened == ["dropped", "blank again"]


async def test_a_room_that_cannot_be_opened_takes_no_other_wish_along(openings, room, qtbot, monkeypatch):
    told, opened = [], []
    monkeypatch.setattr(sys, "excepthook", lambda _, error, __: told.append(type(error)))
    openings.open(room, lambda: 1 // 0, each=True)
    openings.open(room, lambda: opened.append("dropped"), each=True)
    await until(lambda: opened)
    assert (told, opened) == ([ZeroDivisionError], ["dropped"])


async def test_a_program_that_closes_opens_nothing_more(openings, room, qtbot):
    opened = []
    openings.open(room, lambda: opened.append(1))
    openings.end()
    openings.open(room, lambda: opened.append(2))
    await rest()
    assert (opened, there(room)) == ([], 0)


async def test_a_part_that_cannot_be_imported_is_told_and_tried_again(openings, room, qtbot, monkeypatch):
    told, opened = [], []
    monkeypatch.setattr(sys, "excepthook", lambda _, error, __: told.append(type(error)))
    openings.open((*room, "part_that_is_not_there"), lambda: opened.append(1))
    await until(lambda: told)
    assert (told, opened) == ([ModuleNotFoundError], [])
    openings.open((*room, "part_that_is_not_there"), lambda: opened.append(2))
    await until(lambda: len(told) == 2)
