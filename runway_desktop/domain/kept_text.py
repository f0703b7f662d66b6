"""A `Text` as JSON: its English source and its values. What is stored so is shown in the reader's language. Pure; any
thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Any

from runway_desktop.texts import Text, english
from runway_desktop.values import replace

from .folders import Size

_FORM = {"many": "", "context": "", "n": 1}
_DEEPEST = 32
"""Levels of a text. Ours have four."""
_LONGEST = 100_000
"""Letters of a text with its values."""


def kept(said: Text | str) -> Any:
    """JSON of a text; words that are none, such as Runway's own, stay as they are."""
    if isinstance(said, str):
        return said
    form = {name: value for name, usual in _FORM.items() if (value := getattr(said, name)) != usual}
    values = {name: _kept_value(value) for name, value in said.values}
    return {"text": said.source, **form, **({"values": values} if values else {})}


def read(stored: object, left: int = _DEEPEST) -> Text | str:
    """The text of a JSON value. An older version stored sentences; what is damaged or odd is shown as it is. `left`:
    levels of texts in texts that may still follow."""
    if not isinstance(stored, Mapping):
        return _words(stored)
    source, values = _words(stored.get("text")), stored.get("values")
    try:
        found = replace(
            Text(""),
            source=_plain(source),
            many=_plain(_words(stored.get("many"))),
            context=_words(stored.get("context")),
            n=_number(stored.get("n", 1)),
            values=tuple((str(name), _value(value, left)) for name, value in values.items())
            if isinstance(values, Mapping)
            else (),
        )
        with english():
            is_usual = len(str(found)) <= _LONGEST
    except (LookupError, ValueError, AttributeError, ArithmeticError):
        return source
    return found if is_usual else source


def _plain(form: str) -> str:
    """Raises ValueError for a form with more than names in braces: a width of "{file:>900000000}" costs gigabytes."""
    for _, name, *more in Formatter().parse(form):
        if any(more) or not (name is None or name.isidentifier()):
            raise ValueError(name)
    return form


def _words(stored: object) -> str:
    try:
        return "" if stored is None else str(stored)
    except RecursionError:
        return ""


def _kept_value(value: object) -> Any:
    match value:
        case Text():
            return kept(value)
        case Size(amount):
            return {"bytes": amount}
        case bool():
            return str(value)
        case int() | float() | str():
            return value
        case _:
            return str(value)


def _value(stored: object, left: int) -> object:
    match stored:
        case {"bytes": int(amount)}:
            return Size(amount)
        case Mapping() if not left:
            raise ValueError("It is nested too deeply")
        case Mapping():
            return read(stored, left - 1)
        case int() | float() | str():
            return stored
        case _:
            return _words(stored)


def _number(stored: object) -> float:
    return stored if isinstance(stored, int | float) else 1
