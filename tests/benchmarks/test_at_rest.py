"""Modules loaded by the idle program: what only a later action needs must not be imported at start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.children import ROOT
from tests.benchmarks.first_paint import UNREACHABLE

ON_DEMAND = (
    "PySide6.QtMultimedia",
    *(() if sys.platform == "win32" else ("PySide6.QtNetwork",)),
    "html",
    "mutagen",
    "wave",
    "xml.parsers",
    "runway_desktop.services.backup.restores",
    "runway_desktop.services.exchange",
    "runway_desktop.services.intake",
    "runway_desktop.services.results.relinking",
    "runway_desktop.rooms.viewer.panes",
    "runway_desktop.rooms.preferences.entry",
    "runway_desktop.rooms.viewer.entry",
    "runway_desktop.ui.media.drawing_cleaner",
    "runway_desktop.rooms.palette.entry",
    "runway_desktop.rooms.sheet.window",
    "runway_desktop.rooms.sheet.model",
)
AT_REST = """
import ctypes, sys
from pathlib import Path
from runway_desktop.app import plain_imports
plain_imports.import_qt()
from PySide6.QtCore import QTimer
from runway_desktop.app import collector
from tests.benchmarks import program_child

given = []
vars(collector).update(GIVEN_BACK_AFTER=(100, 200), GIVEN_BACK_EVERY=400, give_back=lambda: given.append(1))

def say(word):
    if word == "ready":
        QTimer.singleShot(1500, tell)

def tell():
    print(*sys.modules)
    print(len(given))
    print("generate_pyi" in vars(sys.modules["PySide6.support.signature.lib.pyi_generator"]))
    print(arenas(Path(sys.argv[1], "arenas.xml")), flush=True)

def arenas(told):
    c = ctypes.CDLL(None)
    if not hasattr(c, "malloc_info"):
        return 1
    c.fopen.restype = ctypes.c_void_p
    file = ctypes.c_void_p(c.fopen(bytes(told), b"w"))
    c.malloc_info(0, file)
    c.fclose(file)
    return told.read_text().count("<heap ")

program_child.say = say
raise SystemExit(program_child.main())
"""


@pytest.fixture(scope="module")
def at_rest(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The modules of the real program a moment after its start, how often it gave memory back by then, in a time that
    passes fast, whether PySide's writer of stubs was compiled, and how many arenas of memory there are."""
    command = [sys.executable, "-c", AT_REST, str(tmp_path_factory.mktemp("profile"))]
    variables = {**os.environ, **UNREACHABLE, "QT_QPA_PLATFORM": "offscreen"}
    with subprocess.Popen(
        command, cwd=ROOT, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        lines = [child.stdout.readline().strip() for _ in range(4)]
        child.communicate(timeout=60)
    return lines


@pytest.mark.parametrize("module", ON_DEMAND)
def test_late_modules_are_imported_only_when_needed(at_rest: list[str], module: str):
    held = set(at_rest[0].split())
    assert "runway_desktop.ui.media.preview" in held
    assert module not in held


@pytest.mark.parametrize("module", [name for name in ON_DEMAND if name.startswith("runway_desktop.")])
def test_list_of_late_modules_names_existing_modules(module: str):
    place = Path(ROOT, *module.split("."))
    assert place.is_dir() or place.with_suffix(".py").is_file()


def test_freed_memory_returns_to_the_system_repeatedly(at_rest: list[str]):
    assert int(at_rest[1]) >= 4


def test_pyside_stub_generator_is_not_compiled_at_start(at_rest: list[str]):
    assert at_rest[2] == "False"


def test_threads_share_a_few_malloc_arenas(at_rest: list[str]):
    assert int(at_rest[3]) <= 2, "Each keeps what its threads have freed"
