"""The lazy border is the room: what the first paint shows is imported at start, a room when it is first opened, a
service when its property in the engine is first read. So imports in functions stay where these borders are; elsewhere
they hide what a module stands on, as blocks for the type checker alone do.

Libraries that are heavy are imported where they are used, and are not counted.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.rigs.sources import tree

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "runway_desktop"

BORDERS = (
    "__main__.py",
    "app/",
    "cli/main.py",
    "mcp/main.py",
    "remote/opening.py",
    "services/engine.py",
    "usecases/use_cases.py",
    "wiring/",
)
"""The lists of services and rooms, and what starts a process."""

IN_FUNCTIONS: dict[str, int] = {
    # With the palette, which lists every setting.
    "rooms/preferences/room.py": 1,
    # Built before the first paint; what moves a task and what writes a sidecar come with the first one that moves.
    "services/results/sidecar_keeper.py": 1,
    "services/tasks/ledger.py": 3,
    # Rows of a sheet, which come with what reads tables and files.
    "usecases/commands/handing_on.py": 2,
    # With a parser of XML: few people ever see a drawing here.
    "ui/media/drawing.py": 3,
    # In a process that a pointer waits for, where `asyncio` is heavy.
    "ui/media/players.py": 1,
    # Made with the chooser or the palette, whichever is opened first.
    "viewmodels/composer/composer.py": 1,
    # Only when several are selected.
    "viewmodels/tasks/details.py": 1,
}
"""How many imports of our own modules stand in functions of a module. The list may only shrink."""

FOR_TYPES_ALONE: dict[str, int] = {
    "app/bugs.py": 1,
    "app/profile_windows.py": 1,
    "app/program.py": 1,
    "app/session.py": 3,
    "keychain.py": 1,
    "services/account.py": 2,
    "services/clock.py": 1,
    "services/disk/library_folder.py": 1,
    "services/engine.py": 53,
    "services/library/library.py": 1,
    "services/media/input_fixes.py": 1,
    "services/media/media_facts.py": 1,
    "services/money/pricing.py": 1,
    "services/profiles/profile_folders.py": 2,
    "services/results/sidecar_keeper.py": 1,
    "services/settings.py": 1,
    "services/supervised.py": 1,
    "services/tasks/ledger.py": 2,
    "services/tasks/queue_acts.py": 3,
    "rooms/viewer/pane.py": 1,
    "ui/media/stills.py": 1,
    "ui/media/kinds/clip.py": 1,
    "ui/media/players.py": 2,
    "ui/media/strip_child.py": 1,
    "ui/media/kinds/sound.py": 1,
    "ui/window/output.py": 1,
    "ui/window/main_window.py": 2,
    "usecases/commands/ending.py": 2,
    "usecases/commands/queued.py": 1,
    "usecases/commands/requests.py": 1,
    "usecases/commands/results.py": 1,
    "usecases/commands/task_command.py": 4,
    "usecases/question.py": 1,
    "usecases/use_cases.py": 19,
    "usecases/words/files.py": 1,
    "usecases/words/tasks.py": 1,
    "values.py": 1,
    "viewmodels/composer/composer.py": 1,
    "viewmodels/composer/sending.py": 1,
    "viewmodels/tasks/details.py": 1,
    "viewmodels/tasks/pages.py": 1,
    "viewmodels/tasks/task_commands.py": 1,
    "viewmodels/tasks/task_list.py": 2,
    "viewmodels/tasks/row_cache.py": 1,
    "wiring/build.py": 5,
    "wiring/demo.py": 2,
}
"""How many modules are named for the type checker alone. The list may only shrink."""


def statements(node: ast.AST, *, in_function: bool = False) -> Iterator[tuple[ast.stmt, bool]]:
    for child in ast.iter_child_nodes(node):
        is_inside = in_function or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        if isinstance(child, ast.stmt):
            yield child, is_inside
        if not isinstance(child, ast.expr):
            yield from statements(child, in_function=is_inside)


def is_of_ours(one: ast.stmt) -> bool:
    if isinstance(one, ast.ImportFrom):
        return one.level > 0 or (one.module or "").startswith("runway_desktop")
    return isinstance(one, ast.Import) and any(alias.name.startswith("runway_desktop") for alias in one.names)


def in_functions(module: ast.Module) -> int:
    return sum(is_inside and is_of_ours(one) for one, is_inside in statements(module))


def for_types_alone(module: ast.Module) -> int:
    blocks = (
        one for one, _ in statements(module) if isinstance(one, ast.If) and ast.unparse(one.test) == "TYPE_CHECKING"
    )
    return sum(isinstance(one, ast.Import | ast.ImportFrom) for block in blocks for one in block.body)


@cache
def counted() -> tuple[dict[str, int], dict[str, int]]:
    late, typed = {}, {}
    for file in sorted(PACKAGE.rglob("*.py")):
        name = file.relative_to(PACKAGE).as_posix()
        if not name.startswith(BORDERS) and (number := in_functions(tree(file))):
            late[name] = number
        if number := for_types_alone(tree(file)):
            typed[name] = number
    return late, typed


def test_imports_in_functions_do_not_grow_beyond_the_list():
    late, _ = counted()
    assert {name: number for name, number in late.items() if number > IN_FUNCTIONS.get(name, 0)} == {}


def test_type_only_imports_do_not_grow_beyond_the_list():
    _, typed = counted()
    assert {name: number for name, number in typed.items() if number > FOR_TYPES_ALONE.get(name, 0)} == {}


def test_list_of_late_imports_holds_no_import_that_moved_to_the_top():
    late, typed = counted()
    assert {name: number for name, number in IN_FUNCTIONS.items() if number > late.get(name, 0)} == {}
    assert {name: number for name, number in FOR_TYPES_ALONE.items() if number > typed.get(name, 0)} == {}


def test_late_import_check_recognizes_each_form_of_import():
    source = """
import runway_desktop.domain
if TYPE_CHECKING:
    from .ports import Clock
    from runway_desktop.values import Struct
def late():
    import keyring
    from .asking import Confirm
    class Inner:
        from runway_desktop import ui
"""
    module = ast.parse(source)
    assert (in_functions(module), for_types_alone(module)) == (2, 2)
