"""What the first paint does not wait for: a new import at the top of a module is easily made and never seen."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.children import ROOT, screens
from tests.benchmarks.first_paint import UNREACHABLE

LATE = (
    "PIL", "PySide6.QtMultimedia", "PySide6.QtNetwork", "PySide6.QtSvg", "csv", "html.parser", "httpx",
    "keyring", "mutagen", "qtawesome", "send2trash", "starlette", "urllib.request", "runway_desktop.api",
    "runway_desktop.tour.run", "runway_desktop.domain.advance", "runway_desktop.services.money.budget",
    "runway_desktop.services.backup.backups", "runway_desktop.services.results.downloads",
    "runway_desktop.services.results.embedding", "runway_desktop.services.exchange",
    "runway_desktop.services.media.input_fixes", "runway_desktop.services.intake",
    "runway_desktop.services.tasks.lane", "runway_desktop.services.library.library_move",
    "runway_desktop.services.media.media_facts", "runway_desktop.services.tasks.poller",
    "runway_desktop.services.ports", "runway_desktop.services.results.sidecar",
    "runway_desktop.store.snapshots", "runway_desktop.ui.composer.input_menu",
    "runway_desktop.rooms.preferences.entry", "runway_desktop.ui.dialogs.key_entry",
    "runway_desktop.rooms.exchange.entry", "runway_desktop.ui.lineage.strip", "runway_desktop.ui.media.preview",
    "runway_desktop.ui.tasks.popups", "runway_desktop.ui.window.drops",
    "runway_desktop.viewmodels.composer.chooser", "runway_desktop.rooms.sheet.model",
    "runway_desktop.rooms.workflows.entry", "runway_desktop.usecases.workflows", "runway_desktop.catalog.graph",
)  # fmt: skip
MOST_OF_OUR_OWN = 245
"""Modules of the program that the first paint may need. Each costs about a millisecond. A number to be lowered.
Records of commands and of rooms are among them, which import no more than words, and what a name in the composer's
prompt means; of a task also its run and its routing."""

AT_THE_FIRST_PAINT = """
import linecache, sys
from tests.benchmarks import program_child

def say(word):
    if word == "painted":
        print(*sys.modules)
        print(*linecache.cache)
        print(*vars(sys.modules["PySide6.QtWidgets"]))

program_child.say = say
raise SystemExit(program_child.main())
"""


@pytest.fixture(scope="module", params=screens(), ids=lambda screen: screen[0])
def at_paint(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the real program has imported, the files whose source it has read, and the widgets that PySide has made
    classes of, when its window is painted. It closes by itself, for its input has ended. On each screen that is here:
    a window on X11 is told more before it is painted than one that nobody sees."""
    command = [sys.executable, "-c", AT_THE_FIRST_PAINT, str(tmp_path_factory.mktemp("profile"))]
    variables = os.environ | UNREACHABLE | request.param[1]
    ended = subprocess.run(
        command, cwd=ROOT, env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=True
    )
    return ended.stdout.splitlines()


@pytest.fixture
def imported(at_paint: list[str]) -> set[str]:
    return set(at_paint[0].split())


@pytest.mark.parametrize("module", LATE)
def test_late_modules_are_imported_after_the_first_paint(imported: set[str], module: str):
    assert "runway_desktop.ui.window.main_window" in imported
    assert module not in imported


def test_first_paint_imports_few_own_modules(imported: set[str]):
    own = [name for name in imported if name.split(".")[0] == "runway_desktop" and not is_package(name)]
    assert len(own) <= MOST_OF_OUR_OWN


def is_package(name: str) -> bool:
    """A room's `__init__` holds its docstring alone."""
    return Path(ROOT, *name.split(".")).is_dir()


@pytest.mark.parametrize("module", [name for name in LATE if name.startswith("runway_desktop.")])
def test_list_of_modules_after_the_first_paint_names_existing_modules(module: str):
    place = Path(ROOT, *module.split("."))
    assert place.is_dir() or place.with_suffix(".py").is_file()


def test_imports_read_no_source_files(at_paint: list[str]):
    assert "runway_desktop" not in at_paint[1]


def test_no_python_classes_are_made_for_unused_widgets(at_paint: list[str]):
    made = set(at_paint[2].split())
    assert "QTableView" in made
    assert made.isdisjoint({"QWizard", "QDial", "QCalendarWidget"}), "Something that Qt made was asked for by its maker"
