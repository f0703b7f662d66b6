"""Records of rooms stand in one list in `app/`. Nothing below imports them, and nothing at all imports an entry: its
name is a string, which is given to what imports it in turns."""

from __future__ import annotations

import ast
import re
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest

from runway_desktop.app.commands import COMMANDS
from runway_desktop.app.rooms import ROOMS
from runway_desktop.domain.media import Media
from runway_desktop.rooms.help.entry import LIST_OF_TASKS, PARTS, QUEUE
from runway_desktop.texts import Text
from runway_desktop.ui.room import Room
from runway_desktop.usecases.commands.command import SECTIONS
from runway_desktop.usecases.commands.tasks import TASKS
from runway_desktop.usecases.words.states import LOOKS
from tests.rigs.sources import dotted, nodes

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "runway_desktop"
RECORDS = sorted(file.parent.name for file in (PACKAGE / "rooms").glob("*/room.py"))


def imported(file: Path) -> set[str]:
    """Names of all that a file imports, absolute or from its own folder, in functions too."""
    here = ".".join(file.relative_to(ROOT).parent.parts)
    found = set()
    for node in nodes(file):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(filter(None, (here.rsplit(".", node.level - 1)[0] if node.level else "", node.module)))
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return found


def importers(pattern: str) -> set[str]:
    """Files outside of `rooms/`, for whose independence there is a contract, and of the tour."""
    name = re.compile(pattern)
    files = (file.relative_to(PACKAGE) for file in PACKAGE.rglob("*.py"))
    return {
        file.as_posix()
        for file in files
        if file.parts[0] not in ("rooms", "tour") and any(name.fullmatch(one) for one in imported(PACKAGE / file))
    }


def test_room_records_are_imported_only_by_the_list_of_rooms():
    assert importers(r"runway_desktop\.rooms\.\w+\.room") == {"app/rooms.py"}


def test_no_module_imports_a_room_entry():
    assert importers(r"runway_desktop\.rooms\.\w+\.entry") == set()


def test_every_room_record_is_listed_under_a_unique_id():
    assert sorted(room.entry.split(".")[2] for room in ROOMS) == RECORDS
    assert len({room.id for room in ROOMS}) == len(ROOMS)


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.id)
def test_entry_of_each_room_opens_it(room: Room):
    spec = find_spec(room.entry)
    assert spec is not None
    tree = ast.parse(Path(spec.origin).read_text("utf-8"))
    assert "open_room" in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_texts_of_room_records_are_translated_when_shown():
    said: list[object] = []
    for command in (*COMMANDS, *TASKS):
        said += [command.words, command.synonyms, *filter(None, (command.submenu, command.fixed))]
    for room in ROOMS:
        said += [room.title, *room.help]
    for part in (*PARTS, QUEUE, LIST_OF_TASKS):
        said += [part.title, *part.help]
    for section in SECTIONS:
        said += [section.title, *filter(None, [section.menu])]
    for media in Media:
        said += [media.kind.word, media.kind.synonyms]
    for look in LOOKS.values():
        said += [look.headline, *filter(None, [look.detail])]
    assert [one for one in said if not isinstance(one, Text)] == []


def test_rooms_are_opened_by_existing_ids():
    wanted = set()
    for file in PACKAGE.rglob("*.py"):
        for node in nodes(file):
            if isinstance(node, ast.Call):
                for word, given in pairwise((node.func, *node.args)):
                    match given:
                        case ast.Constant(value=str(id_)) if dotted(word).endswith(("open_room", "desk.open")):
                            wanted.add(id_)
    assert wanted <= {room.id for room in ROOMS}
    assert {"sheet", "preferences"} <= wanted
