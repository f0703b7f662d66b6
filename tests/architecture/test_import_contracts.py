"""Each import contract reports the import that it forbids."""

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
    package = tmp_path / "runway_desktop"
    # What a contract protects must be in the graph: each door is used by its owner.
    (package / "wiring" / "build.py").write_text("import runway_desktop.store\n")
    (package / "app" / "program.py").write_text("import PySide6.QtCore\nimport shiboken6\nimport qasync\n")
    (package / "api" / "client.py").write_text("import httpx\nimport httpcore\n")
    (package / "store" / "schema.py").write_text("import sqlite3\n")
    (package / "keychain.py").write_text("import keyring\n")
    (package / "mcp" / "server.py").write_text("import mcp\nimport mcp_types\n")
    (package / "values.py").write_text("import msgspec\n")
    (package / "__main__.py").write_text("import runway_desktop.simulator.__main__\n")
    (package / "ui" / "icons.py").write_text("import runway_desktop.services.disk.disk_threads\n")
    lines = {
        "help/__init__.py": "",
        "help/entry.py": "import runway_desktop.services.disk.disk_threads\n",
        "help/model.py": "import runway_desktop.services.supervised\n",
        "sheet/__init__.py": "",
        "sheet/model/__init__.py": "import runway_desktop.services.supervised\n",
        "sheet/model/rows.py": "import runway_desktop.services.supervised\n",
        "sheet/entry.py": "import runway_desktop.services.disk.disk_threads\n",
    }
    for name, line in lines.items():
        (package / "rooms" / name).parent.mkdir(parents=True, exist_ok=True)
        (package / "rooms" / name).write_text(line)
    (package / "ui" / "desk.py").write_text("import runway_desktop.services.supervised\n")
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


def test_empty_packages_break_no_import_contract(copy):
    assert broken_contracts(copy) == []


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("utils.py", "", "1"),
        ("domain/task.py", "import runway_desktop.catalog", "1"),
        ("store/__init__.py", "import runway_desktop.api", "1"),
        ("services/bus.py", "import runway_desktop.services.settings", "2"),
        ("services/strange.py", "", "2"),
        ("usecases/words/units.py", "import runway_desktop.usecases.sheets", "3"),
        ("usecases/strange.py", "", "3"),
        ("services/bus.py", "import runway_desktop.services.ports", "4"),
        ("services/ports.py", "import PySide6.QtCore", "5"),
        ("usecases/question.py", "import qasync", "5"),
        ("domain/task.py", "import asyncio", "6"),
        ("domain/task.py", "import msgspec", "6"),
        ("services/ports.py", "import httpx", "7a"),
        ("services/ports.py", "import httpcore", "7a"),
        ("services/ports.py", "import sqlite3", "7b"),
        ("app/__init__.py", "import keyring", "7c"),
        ("app/__init__.py", "import runway_desktop.store", "8"),
        ("ui/__init__.py", "import runway_desktop.wiring", "9"),
        ("cli/__init__.py", "import runway_desktop.wiring", "9"),
        ("cli/__init__.py", "import runway_desktop.app", "1"),
        ("remote/__init__.py", "import runway_desktop.viewmodels", "1"),
        ("remote/__init__.py", "import PySide6.QtCore", "5"),
        ("cli/__init__.py", "import runway_desktop.usecases.use_cases", "12"),
        ("remote/door.py", "import runway_desktop.usecases.use_cases", "12"),
        ("usecases/clients/creating.py", "import runway_desktop.services.results.trash", "12"),
        ("cli/__init__.py", "import mcp", "13"),
        ("app/__init__.py", "import mcp_types", "13"),
        ("viewmodels/__init__.py", "import runway_desktop.wiring", "9"),
        ("ui/__init__.py", "import runway_desktop.services", "10"),
        ("rooms/help/entry.py", "import runway_desktop.services", "10"),
        ("viewmodels/__init__.py", "import runway_desktop.rooms", "1"),
        ("rooms/help/entry.py", "import runway_desktop.rooms.sheet", "14"),
        ("rooms/help/model.py", "import runway_desktop.ui.icons", "15"),
    ],
)
def test_import_contract_reports_a_forbidden_import(copy, module, line, contract):
    file = copy / "runway_desktop" / module
    file.write_text(f"{line}\n")
    if contract == "4":
        (copy / "runway_desktop" / "services" / "ports.py").write_text("import runway_desktop.services.bus\n")
    assert contract in broken_contracts(copy)
