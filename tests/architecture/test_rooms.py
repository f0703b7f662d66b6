"""Rules about packages that import-linter and ruff cannot check, read from the syntax of each file."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rigs.sources import dotted, nodes, tree

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "runway_desktop"

# Where an engine file would take the time or luck from the machine, a test could not give it its own.
MACHINE_TIME = {"time.time", "time.monotonic", "time.sleep", "asyncio.sleep", "datetime.now", "datetime.datetime.now"}
# As many as one looks over at a glance.
MOST_MODULES = 26

MACHINE_LUCK = {"random.random", "random.uniform", "random.choice", "random.randint", "random.shuffle"}


def files(room: str) -> list[Path]:
    return sorted((PACKAGE / room).rglob("*.py"))


def calls(file: Path) -> Iterator[tuple[int, str]]:
    for node in nodes(file):
        if isinstance(node, ast.Call):
            yield node.lineno, dotted(node.func)


def imports(file: Path) -> Iterator[tuple[int, str]]:
    for node in nodes(file):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.lineno, node.module or ""


def test_domain_imports_only_the_standard_library_and_its_value_types():
    known = ("runway_desktop.domain", "runway_desktop.texts", "runway_desktop.values")
    strangers = []
    for file in files("domain"):
        strangers += [
            f"{file.relative_to(ROOT)}:{line} {name}"
            for line, name in imports(file)
            if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith(known)
        ]
    assert strangers == []


@pytest.mark.parametrize("room", ["domain", "services", "usecases"])
def test_time_and_randomness_are_parameters(room):
    taken = [
        f"{file.relative_to(ROOT)}:{line} {name}()"
        for file in files(room)
        for line, name in calls(file)
        if name in MACHINE_TIME | MACHINE_LUCK and file.name != "clock.py"
    ]
    assert taken == []


def test_no_event_loop_runs_inside_the_loop():
    """`exec()` hangs other tasks for good. Dragging is the exception, for the system runs that loop, and so is the
    application with one sentence, or with a restore, before any loop of ours began."""
    nested = [
        f"{file.relative_to(ROOT)}:{line} {name}()"
        for file in files("")
        for line, name in calls(file)
        if name.endswith((".processEvents", ".exec_", ".exec")) and name not in {"drag.exec", "application.exec"}
    ]
    assert nested == []


def test_every_module_has_a_docstring():
    silent = [str(file) for file in files("") if tree(file).body and ast.get_docstring(tree(file)) is None]
    assert silent == []


def test_no_folder_holds_too_many_files():
    folders = {file.parent for file in PACKAGE.rglob("*.py")}
    large = {
        str(folder.relative_to(ROOT)): amount for folder in folders if (amount := modules_in(folder)) > MOST_MODULES
    }
    assert large == {}


def modules_in(folder: Path) -> int:
    return sum(file.name != "__init__.py" for file in folder.glob("*.py"))


def test_packaging_folder_does_not_shadow_the_packaging_library():
    assert not (ROOT / "packaging" / "__init__.py").exists()


def test_no_module_has_a_meaningless_name():
    vague = {"utils", "util", "helpers", "helper", "manager", "handler", "data", "info", "misc", "common"}
    assert [str(file) for file in files("") if file.stem in vague] == []


def test_every_path_on_the_architecture_page_exists():
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    named = re.findall(r"`((?:[a-z_]+/)+(?:[a-z_]+\.(?:py|md))?)`", page)
    assert len(named) > 30
    assert [
        place for place in named if not any((root / place).exists() for root in (ROOT, PACKAGE, ROOT / "docs"))
    ] == []


def test_every_name_in_a_to_add_docstring_exists():
    code = "\n".join(file.read_text("utf-8") for file in PACKAGE.rglob("*.py") if file.name != "__init__.py")
    made = set(re.findall(r"^\s*(?:(?:async )?def |class |CREATE INDEX )?(\w+)", code, re.MULTILINE))
    gone = []
    for file in PACKAGE.rglob("__init__.py"):
        _, _, rows = (ast.get_docstring(tree(file)) or "").partition("To add\n")
        for name in re.findall(r"`([\w/]+)(?:\.py)?/?`", rows):
            modules = [(root / name).with_suffix(end) for root in (file.parent, PACKAGE, ROOT) for end in ("", ".py")]
            if name not in made and not any(path.exists() for path in modules):
                gone.append(f"{file.parent.relative_to(ROOT)}: {name}")
    assert gone == []


def test_every_name_on_the_architecture_page_is_in_its_stated_file():
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    placed = [
        (name, place)
        for names, place in re.findall(r"((?:`_?\w+`(?:, | and | or | with )?)+) (?:in|of) `([\w/]+\.py)`", page)
        for name in re.findall(r"`(_?\w+)`", names)
    ]
    assert len(placed) >= 15
    texts = {
        place: next((r / place).read_text("utf-8") for r in (ROOT, PACKAGE) if (r / place).exists())
        for _, place in placed
    }
    assert [(name, place) for name, place in placed if not re.search(rf"\b{name}\b", texts[place])] == []


def test_only_one_module_gets_a_task_from_runway():
    """It keeps the gap between two questions about one task. Those who hand a call on (the adapter that is made when it
    is needed) stand outside these rooms."""
    askers = {
        file.relative_to(ROOT).as_posix()
        for room in ("services", "usecases", "viewmodels", "ui", "rooms", "app")
        for file in files(room)
        for _, name in calls(file)
        if re.search(r"(runway|client)\W*\.task$", name)
    }
    assert askers == {"runway_desktop/services/tasks/asking.py"}
