"""A list of tasks moves to another folder or machine: what in it says where something lies is made to say so again.

Functions of a writing connection, inside a transaction that the caller begins and ends.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from .records import from_json, to_cell, to_json, to_text

Moves = Sequence[tuple[str, str]]

_PLAIN = (("inputs", "path"), ("inputs", "uri"), ("outputs", "poster"))
_JSON = (("tasks", "request_values"), ("sheets", "text"), ("settings", "value"))


def move_folders(connection: sqlite3.Connection, moves: Moves) -> None:
    """Every path and URI below one of the old folders lies below the new one."""
    moves = [(old, new) for old, new in moves if old and old != new]
    if not moves:
        return
    for table, column in _PLAIN:
        _rewrite(connection, table, column, lambda cell: to_cell(_moved(to_text(cell), moves)))
    for table, column in _JSON:
        _rewrite(connection, table, column, lambda cell: _moved_json(cell, moves))


def forget_lost_posters(connection: sqlite3.Connection, coming: Collection[str]) -> None:
    """A poster that is not where the list says is made again once nobody claims that it is there."""
    found = connection.execute("SELECT DISTINCT poster FROM outputs WHERE poster <> ''").fetchall()
    lost = [(poster,) for (poster,) in found if to_text(poster) not in coming and not Path(to_text(poster)).is_file()]
    connection.executemany("UPDATE outputs SET poster = '' WHERE poster = ?", lost)


def _rewrite(connection: sqlite3.Connection, table: str, column: str, moved: Any) -> None:
    cells = connection.execute(f"SELECT DISTINCT {column} FROM {table} WHERE {column} <> ''").fetchall()
    changed = [(after, cell) for (cell,) in cells if (after := moved(cell)) != cell]
    connection.executemany(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", changed)


def _moved_json(cell: str | bytes, moves: Moves) -> str | bytes:
    text = to_text(cell)
    if not any(old in text or json.dumps(old, ensure_ascii=False)[1:-1] in text for old, _ in moves):
        return cell
    try:
        value = from_json(cell)
    except ValueError:
        return cell
    after = _walked(value, moves)
    return to_json(after) if after != value else cell


def _walked(value: Any, moves: Moves) -> Any:
    match value:
        case str():
            return _moved(value, moves)
        case list():
            return [_walked(one, moves) for one in value]
        case dict():
            return {name: _walked(one, moves) for name, one in value.items()}
        case _:
            return value


def _moved(text: str, moves: Moves) -> str:
    for old, new in moves:
        rest = text.removeprefix(old)
        if rest != text and (not rest or rest[0] in "/\\"):
            if new.startswith("file:"):
                return new + rest
            return str(Path(new, *(part for part in re.split(r"[\\/]", rest) if part)))
    return text
