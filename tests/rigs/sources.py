"""Syntax trees of our own files, each made once in a process, since many rules read all of them."""

from __future__ import annotations

import ast
import gc
from functools import cache
from pathlib import Path


@cache
def tree(file: Path) -> ast.Module:
    """For reading only, as all rules share it."""
    parsed = ast.parse(file.read_text("utf-8"))
    # It lives as long as the process: collections pass it over.
    gc.freeze()
    return parsed


@cache
def nodes(file: Path) -> tuple[ast.AST, ...]:
    """All that `ast.walk` finds in its tree."""
    return tuple(ast.walk(tree(file)))


def dotted(name: ast.expr) -> str:
    """As `ast.unparse`, which takes long, writes it."""
    match name:
        case ast.Name(id=word):
            return word
        case ast.Attribute(value=ast.Name() | ast.Attribute() as owner, attr=word):
            return f"{dotted(owner)}.{word}"
    return ast.unparse(name)
