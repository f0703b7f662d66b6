"""A module imported after all that it stands on, step by step, so that other work can be done in between.

The import graph of our own modules is read from the code objects that their loaders have: this also works in a bundle,
which has no sources. GUI thread only: two threads that enter one package from different ends would get half-made
modules.
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
"""Python 3.14 uses it for small integers in place of LOAD_CONST."""


def leaves_first(entry: str) -> Iterator[int]:
    """Imports `entry` after all modules of its top package that it stands on, one in each step, which yields the lines
    of that module."""
    yield from _imported(entry, entry.partition(".")[0], set())
    import_module(entry)


def _imported(name: str, top: str, seen: set[str]) -> Iterator[int]:
    if name in sys.modules or name in seen or not f"{name}.".startswith(f"{top}."):
        return
    seen.add(name)
    package = name.rpartition(".")[0]
    if package:
        yield from _imported(package, top, seen)
    # A package that imports its own modules brings them along.
    spec = find_spec(name) if not package or package in sys.modules else None
    # Not by its class: the loader of a bundle is no `InspectLoader`, but does what one does.
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
    """Module, level and names of each import that runs when the module is imported. Bodies of functions have code
    objects of their own; blocks of `if TYPE_CHECKING` are jumped over."""
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
    """The line where the last function begins: near enough."""
    inside = [one for one in code.co_consts if isinstance(one, CodeType)]
    return _lines(inside[-1]) if inside else code.co_firstlineno
