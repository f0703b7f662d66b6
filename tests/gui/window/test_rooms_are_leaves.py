"""A room is a leaf: the program starts without its folder and its line in `app/rooms.py`, and what opens it does
nothing. None is there in the gate; that one needs no other is the import contracts' as well."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

import pytest

from runway_desktop.app.rooms import ROOMS
from tests.benchmarks.first_paint import UNREACHABLE
from tests.gui.conftest import OFFSCREEN_CHATTER

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "runway_desktop"
LEAVES = {room.entry.split(".")[2]: room.id for room in ROOMS if room.entry.startswith("runway_desktop.rooms.")}

CHILD = """
import asyncio, sys
from runway_desktop.__main__ import main
from runway_desktop.app.session import Session

profile, *rooms = sys.argv[1:]
run = Session.run

async def run_watched(session, *given):
    async def visit():
        await session.ready.wait()
        while session.window.preview is None:
            await asyncio.sleep(0.01)
        for room in rooms:
            session.window.open_room(room)
        await asyncio.sleep(0.3)
        session.close()

    visiting = asyncio.ensure_future(visit())
    code = await run(session, *given)
    await visiting
    return code

Session.run = run_watched
sys.exit(main(["--profile-dir", profile]))
"""


def package_without(folders: Collection[str], place: Path) -> None:
    """A package of links to ours, without these folders of `rooms/` and their names in the list of rooms."""
    for own in ("app", "rooms"):
        (place / "runway_desktop" / own).mkdir(parents=True)
        for one in (PACKAGE / own).iterdir():
            if one.name not in (*folders, "rooms.py", "__pycache__"):
                (place / "runway_desktop" / own / one.name).symlink_to(one)
    for one in PACKAGE.iterdir():
        if one.name not in ("app", "rooms", "__pycache__"):
            (place / "runway_desktop" / one.name).symlink_to(one)
    source = (PACKAGE / "app" / "rooms.py").read_text("utf-8")
    for folder in folders:
        source, imports = re.subn(rf"^from runway_desktop\.rooms\.{folder}\.room import .*\n", "", source, flags=re.M)
        source, lines = re.subn(rf"^    {folder.upper()},\n", "", source, flags=re.M)
        assert (imports, lines) == (1, 1)
    (place / "runway_desktop" / "app" / "rooms.py").write_text(source, "utf-8")


@pytest.mark.parametrize(
    "folders", [[*LEAVES], *(pytest.param([one], marks=pytest.mark.whole) for one in LEAVES)], ids="-".join
)
def test_program_starts_without_the_rooms(tmp_path, folders: list[str]):
    package_without(folders, tmp_path)
    variables = os.environ | UNREACHABLE | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(tmp_path)}
    rooms = [LEAVES[folder] for folder in folders]
    command = [sys.executable, "-c", CHILD, str(tmp_path / "profile"), *rooms]
    ended = subprocess.run(
        command, check=False, cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=120
    )
    said = [line for line in ended.stderr.splitlines() if OFFSCREEN_CHATTER not in line]
    assert (ended.returncode, said) == (0, [f"WARNING: There is no room “{room}”" for room in rooms])
