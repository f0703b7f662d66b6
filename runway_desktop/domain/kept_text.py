"""A `Text` as JSON: its English source and its values. What is stored so is shown in the reader's language. Pure; any
thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runway_desktop.texts import Text, english
from runway_desktop.values import replace

from .folders import Size

_FORM = {"many": "", "context": "", "n": 1}


def kept(said: Text | str) -> Any:
    """JSON of a text; words that are none, such as Runway's own, stay as they are."""
    if isinstance(said, str):
        return said
    form = {name: value for name, usual in _FORM.items() if (value := getattr(said, name)) != usual}
    values = {name: _kept_value(value) for name, value in said.values}
    return {"text": said.source, **form, **({"values": values} if values else {})}


def read(stored: object) -> Text | str:
    """The text of a JSON value. An older version stored sentences; what is damaged is shown as it is."""
    if not isinstance(stored, Mapping):
        return str(stored) if stored is not None else ""
    values = stored.get("values")
    found = replace(
        Text(""),
        source=str(stored.get("text", "")),
        many=str(stored.get("many", "")),
        context=str(stored.get("context", "")),
        n=_number(stored.get("n", 1)),
        values=tuple((str(name), _value(value)) for name, value in values.items())
        if isinstance(values, Mapping)
        else (),
    )
    try:
        with english():
            str(found)
    except (LookupError, ValueError, AttributeError):
        return found.source
    return found


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


def _value(stored: object) -> object:
    match stored:
        case {"bytes": int(amount)}:
            return Size(amount)
        case Mapping():
            return read(stored)
        case int() | float() | str():
            return stored
        case _:
            return str(stored)


def _number(stored: object) -> float:
    return stored if isinstance(stored, int | float) else 1
