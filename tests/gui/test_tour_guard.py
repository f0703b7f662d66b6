"""The tour fails when the program made a mistake on the way, though every step reached its state. It finds controls by
texts that the program has: otherwise it would fail only when a package is proved."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import catalogs
import pytest

ROOT = Path(__file__).parents[2]
CHILD = """
import sys
from pathlib import Path

from PySide6.QtCore import QTimer

from runway_desktop.tour import run as tour
from runway_desktop.tour.hands import Walk
from runway_desktop.wiring.build import Address


def fails():
    raise ValueError("on purpose")


class Short(Walk):
    async def walk(self):
        self.say("the only step")
        if sys.argv[2] == "mistake":
            QTimer.singleShot(0, fails)
        await self.size(1200, 800)
        await self.album.take(self.window, "only")


folder = Path(sys.argv[1])
# Nobody answers at this address, and nothing is sent.
sys.exit(tour._run(folder / "profile", Address(base_url="http://127.0.0.1:9"), Short, folder / "pictures", 1))
"""


@pytest.mark.parametrize(("what", "code"), [("mistake", 1), ("nothing", 0)])
def test_exception_in_a_slot_fails_the_tour_and_is_named(tmp_path: Path, what: str, code: int):
    words = [sys.executable, "-c", CHILD, str(tmp_path), what]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == code, done.stderr
    named = "The program made mistakes during the tour: 1." in done.stderr
    assert named == bool(code)
    assert ("ValueError: on purpose" in done.stderr) == bool(code)
    assert len(list((tmp_path / "pictures").glob("*.png"))) == 1, "the step itself reached its state"


def names_found() -> Iterator[str]:
    """How the names of controls begin that the tour looks for."""
    for file in (ROOT / "runway_desktop" / "tour").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="find"), args=[_, _, ast.Constant(value=str(name))]):
                    yield name


def test_tour_finds_controls_by_existing_texts():
    texts = {text for found in catalogs.all_texts()[0] for text in (found.one, found.many) if text}
    # Such as "Color: Violet".
    parts = {part for name in names_found() for part in name.split(": ")}
    assert len(parts) > 10
    assert {part for part in parts if not any(text.startswith(part) for text in texts)} == set()
