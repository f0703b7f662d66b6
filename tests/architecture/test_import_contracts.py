"""The checks of the rooms themselves: each import contract notices what it forbids."""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(
    shutil.which("lint-imports", path=sysconfig.get_path("scripts")) is None,
    reason="the light environment has no import-linter",
)


@pytest.fixture
def copy(tmp_path):
    """The package's modules with nothing in them, so that a contract sees only what a test adds."""
    for file in (ROOT / "runway_desktop").rglob("*.py"):
        target = tmp_path / file.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    wiring = tmp_path / "runway_desktop" / "app" / "wiring.py"
    wiring.write_text("import runway_desktop.store\n")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def broken_contracts(folder: Path) -> list[str]:
    """The contracts that import-linter finds broken, by the number that begins each name."""
    program = shutil.which("lint-imports", path=sysconfig.get_path("scripts"))
    assert program is not None
    done = subprocess.run(
        [program, "--no-cache", "--no-logo"], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    assert "Contracts:" in done.stdout, done.stdout + done.stderr
    verdicts = [line for line in done.stdout.splitlines() if " KEPT" in line or " BROKEN" in line]
    broken = [line.split()[0].rstrip(".") for line in verdicts if " BROKEN" in line]
    assert (done.returncode != 0) == bool(broken)
    return broken


def test_bare_rooms_break_no_contract(copy):
    assert broken_contracts(copy) == []


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("utils.py", "", "1"),
        ("domain/task.py", "import runway_desktop.catalog", "1"),
        ("store/__init__.py", "import runway_desktop.api", "1"),
        ("services/ports.py", "import PySide6.QtCore", "2"),
        ("domain/task.py", "import asyncio", "3"),
        ("services/ports.py", "import httpx", "4a"),
        ("services/ports.py", "import sqlite3", "4b"),
        ("app/__init__.py", "import keyring", "4c"),
        ("app/__init__.py", "import runway_desktop.store", "5"),
        ("ui/__init__.py", "import runway_desktop.services", "6"),
    ],
)
def test_contract_notices_what_it_forbids(copy, module, line, contract):
    file = copy / "runway_desktop" / module
    file.write_text(f"{line}\n")
    assert contract in broken_contracts(copy)
