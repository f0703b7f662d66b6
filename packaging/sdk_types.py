"""Reads the official SDK's TypedDicts: members with their wire names, types and descriptions.

Types come from the running SDK, descriptions and the order of choices from its source: Python treats two `Literal`s as
equal regardless of order and reuses the first one. Raises what importing the SDK raises. Used by `update_catalog.py` at
development time, never by the program.
"""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import types
from typing import Any, NamedTuple, Union, get_args, get_origin

import typing_extensions as te

LISTS = ("Iterable", "List", "Sequence", "SequenceNotStr", "list")


class Source(NamedTuple):
    """Description and choices of one member, read from the source."""

    text: str = ""
    choices: tuple[Any, ...] = ()


class Member:
    """One member of a TypedDict: its wire name, bare type, whether it is required, and its description."""

    def __init__(self, owner: Any, python_name: str, hint: Any) -> None:
        self.required = False
        self.name = python_name
        while True:
            origin = get_origin(hint)
            if origin in (te.Required, te.NotRequired):
                self.required = origin is te.Required
                hint = get_args(hint)[0]
            elif hasattr(hint, "__metadata__"):
                aliases = [extra.alias for extra in hint.__metadata__ if getattr(extra, "alias", None)]
                self.name = aliases[0] if aliases else self.name
                hint = hint.__origin__
            else:
                break
        self.type = hint
        source = _sources(owner.__module__).get((owner.__name__, python_name), Source())
        self.text: str = source.text
        self._choices: tuple[Any, ...] = source.choices

    def in_order(self, choices: list[Any]) -> list[Any]:
        """The same choices in the order of the source."""
        order = {choice: place for place, choice in enumerate(self._choices)}
        return sorted(choices, key=lambda choice: order.get(choice, len(order)))


def members(typed_dict: Any) -> list[Member]:
    hints = te.get_type_hints(typed_dict, include_extras=True)
    return [Member(typed_dict, name, hint) for name, hint in hints.items()]


def union_members(hint: Any) -> list[Any]:
    if get_origin(hint) in (Union, types.UnionType):
        return [part for part in get_args(hint) if part is not type(None)]
    return [hint]


def is_list(hint: Any) -> bool:
    return getattr(get_origin(hint), "__name__", "") in LISTS


@functools.cache
def _sources(module: str) -> dict[tuple[str, str], Source]:
    found: dict[tuple[str, str], Source] = {}
    for node in ast.parse(inspect.getsource(importlib.import_module(module))).body:
        if isinstance(node, ast.ClassDef):
            for statement, after in zip(node.body, [*node.body[1:], None], strict=True):
                if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                    source = Source(_description(after), tuple(_literal_choices(statement.annotation)))
                    found[node.name, statement.target.id] = source
    return found


def _description(statement: ast.stmt | None) -> str:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return " ".join(str(statement.value.value).split())
    return ""


def _literal_choices(annotation: ast.expr) -> list[Any]:
    choices: list[Any] = []
    for node in ast.walk(annotation):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "Literal":
            choices += [part.value for part in ast.walk(node.slice) if isinstance(part, ast.Constant)]
    return choices
