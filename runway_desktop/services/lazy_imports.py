"""Imports a module's dependencies one by one, so that the GUI can work in between.

The import graph of our modules is read from the code objects of their loaders, which also works in a bundle without
sources. GUI thread only: two threads that import one package from different ends can get half-initialized modules.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec, resolve_name
from opcode import opmap
from types import CodeType
from typing import Any

_JUMPS = {opmap.get("POP_JUMP_FORWARD_IF_FALSE"), opmap.get("POP_JUMP_IF_FALSE")}
_SMALL_INT = opmap.get("LOAD_SMALL_INT")
"""Python 3.14's opcode for small integers, instead of LOAD_CONST."""


def leaves_first(entry: str) -> Iterator[int]:
    """Imports `entry` after all its dependencies within its top package, one module per step. Yields the module's
    number of lines."""
    yield from _imported(entry, entry.partition(".")[0], set())
    import_module(entry)


def _imported(name: str, top: str, seen: set[str]) -> Iterator[int]:
    if name in sys.modules or name in seen or not f"{name}.".startswith(f"{top}."):
        return
    seen.add(name)
    package = name.rpartition(".")[0]
    if package:
        yield from _imported(package, top, seen)
    # Importing a package also imports the modules that it imports.
    spec = find_spec(name) if not package or package in sys.modules else None
    # A bundle's loader has `get_code`, but is no `InspectLoader`.
    get_code = getattr(spec.loader, "get_code", None) if spec is not None else None
    code = get_code(name) if get_code is not None else None
    if spec is None or code is None:
        return
    for base, level, names in module_imports(code):
        found = resolve_name("." * level + base, spec.parent or "")
        yield from _imported(found, top, seen)
        if hasattr(sys.modules.get(found), "__path__"):
            for one in names:
                yield from _imported(f"{found}.{one}", top, seen)
    if name not in sys.modules:
        import_module(name)
        yield _lines(code)


def module_imports(code: CodeType) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    """Module, level and names of each import that runs at import time. Function bodies are separate code objects and so
    excluded; `if TYPE_CHECKING` blocks are skipped."""
    loaded: list[Any] = [0, ()]
    after, is_checking, more = 0, False, 0
    words = code.co_code
    for at in range(0, len(words), 2):
        operation, argument = words[at], words[at + 1] | more
        more = argument << 8 if operation == opmap["EXTENDED_ARG"] else 0
        if at < after:
            continue
        if operation == opmap["LOAD_CONST"]:
            loaded = [loaded[-1], code.co_consts[argument]]
        elif operation == _SMALL_INT:
            loaded = [loaded[-1], argument]
        elif operation == opmap["LOAD_NAME"]:
            is_checking = code.co_names[argument] == "TYPE_CHECKING"
        elif operation in _JUMPS and is_checking:
            after, is_checking = at + 2 + 2 * argument, False
        elif operation == opmap["IMPORT_NAME"]:
            level, names = loaded
            yield code.co_names[argument], level, names or ()


def _lines(code: CodeType) -> int:
    """First line of the last function, as an estimate."""
    inside = [one for one in code.co_consts if isinstance(one, CodeType)]
    return _lines(inside[-1]) if inside else code.co_firstlineno
