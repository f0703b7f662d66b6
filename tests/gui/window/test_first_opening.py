"""First opening of a room: its imports run in steps of the loop, dependencies first, and it opens once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QTimer

from runway_desktop.app.rooms import ROOMS
from runway_desktop.viewmodels.first_opening import LINES_A_TURN, FirstOpenings
from tests.rigs.desktop import rest, until
from tests.rigs.made_modules import Makes, there

LARGE = "\n" * LINES_A_TURN + "def last(): pass\n"
"""A module that fills a turn."""
ENTRIES = ("runway_desktop.services.exchange.exchange", *(room.entry for room in ROOMS))
MOST_AT_ONCE = 2
"""Modules of the program that one step imports."""

STEPS = """
import sys
from itertools import chain
from runway_desktop.app.plain_imports import import_qt
import_qt()
import runway_desktop.app.session, runway_desktop.ui.media.preview, runway_desktop.services.results.downloads
import runway_desktop.services.backup.backups
from runway_desktop.services.lazy_imports import leaves_first

def own():
    return {name for name in sys.modules if name.startswith("runway_desktop.")}

started = own()
for entry in sys.argv[1:]:
    before = own()
    amounts = []
    for _ in chain(leaves_first(entry), ["the rest"]):
        amounts.append(len(own() - before))
        before = own()
    print(entry, *amounts)
    # For the next entry, which may import some of them again.
    for name in before - started:
        package, _, module = name.rpartition(".")
        delattr(sys.modules[package], module)
    for name in before - started:
        del sys.modules[name]
"""


@pytest.fixture
def room(makes: Makes) -> str:
    """An entry that stands on two large modules."""
    package = makes(first=LARGE, second="from . import first\n" + LARGE, entry="from .second import last\n")
    return f"{package}.entry"


@pytest.fixture
def openings(qapp: QObject) -> Iterator[FirstOpenings]:
    found = FirstOpenings()
    yield found
    found.deleteLater()


@pytest.fixture(scope="module")
def imported() -> dict[str, list[int]]:
    """Modules that each step imports, by entry, in a process of its own: in this one most of them are already there."""
    command = [sys.executable, "-c", STEPS, *ENTRIES]
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return {entry: [int(amount) for amount in amounts] for entry, *amounts in map(str.split, said.splitlines())}


@pytest.mark.parametrize("entry", ENTRIES)
def test_no_step_of_the_first_opening_imports_much(imported: dict[str, list[int]], entry: str):
    assert sum(imported[entry]) > 0
    assert max(imported[entry]) <= MOST_AT_ONCE


async def test_event_loop_runs_after_each_step_of_opening(openings, room, qtbot):
    opened, seen = [], set()
    look = QTimer(openings, interval=0)
    look.timeout.connect(lambda: seen.add(len(there(room))))
    look.start()
    openings.open(room, lambda: opened.append(len(there(room))))
    assert there(room) == []
    await until(lambda: opened)
    assert opened == [3]
    assert seen >= {1, 2}


async def test_room_already_imported_opens_at_once(openings, room, qtbot):
    opened = []
    openings.open(room, lambda: opened.append(1))
    await until(lambda: opened)
    openings.open(room, lambda: opened.append(2))
    assert opened == [1, 2]


async def test_room_requested_twice_while_loading_opens_once(openings, room, qtbot):
    opened = []
    openings.open(room, opened.append, "blank")
    openings.open(room, opened.append, "blank")
    await until(lambda: opened)
    await rest()
    assert opened == ["blank"]


async def test_dropped_data_is_not_lost_by_a_later_request(openings, room, qtbot):
    opened = []
    for wish in ("dropped", "blank", "blank"):
        openings.open(room, opened.append, wish)
    await until(lambda: len(opened) == 2)
    await rest()
    assert opened == ["dropped", "blank"]


async def test_room_that_fails_to_open_does_not_drop_other_requests(openings, room, qtbot, monkeypatch):
    told, opened = [], []
    monkeypatch.setattr(sys, "excepthook", lambda _, error, __: told.append(type(error)))
    openings.open(room, lambda: 1 // 0)
    openings.open(room, lambda: opened.append("dropped"))
    await until(lambda: opened)
    assert (told, opened) == ([ZeroDivisionError], ["dropped"])


async def test_closing_program_opens_no_room(openings, room, qtbot):
    opened = []
    openings.open(room, lambda: opened.append(1))
    openings.end()
    openings.open(room, lambda: opened.append(2))
    await rest()
    assert (opened, there(room)) == ([], [])


@pytest.mark.parametrize("text", ["from . import gone", "raise ImportError", "import gone_from_here"])
async def test_failed_import_of_a_room_is_reported_and_retried(openings, makes, qtbot, monkeypatch, text):
    told, opened = [], []
    monkeypatch.setattr(sys, "excepthook", lambda _, error, __: told.append(type(error)))
    package = makes(entry="from . import part\n", part=text)
    openings.open(f"{package}.entry", lambda: opened.append(1))
    await until(lambda: told)
    assert issubclass(told[0], ImportError)
    openings.open(f"{package}.entry", lambda: opened.append(2))
    await until(lambda: len(told) == 2)
    assert opened == []


async def test_missing_room_entry_is_reported(openings, makes, qtbot, monkeypatch):
    told, opened = [], []
    monkeypatch.setattr(sys, "excepthook", lambda _, error, __: told.append(type(error)))
    openings.open(f"{makes()}.entry", lambda: opened.append(1))
    await until(lambda: told)
    assert (told, opened) == ([ModuleNotFoundError], [])
