"""Values as text: prompt lengths, lines for list rows, parsing of an imported table's cells.

Pure; any thread. Never raises for invalid values: a request unknown to the catalog must still be shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from runway_desktop import texts
from runway_desktop.texts import Text, _, pgettext

from . import labels
from .model import Field, FieldKind, Pair

# Members that may be the prompt of a request whose pair is unknown.
_PROMPT_NAMES = ("promptText", "text", "prompt")
_YES = frozenset({"true", "yes", "on", "1", "y"})
_NO = frozenset({"false", "no", "off", "0", "n"})
_SETTINGS_SHOWN = (*(name for name in labels.MAIN_FIELDS if name != "voice"), "shots")


def utf16_length(text: str) -> int:
    """The number of UTF-16 code units, which is how the API counts a prompt's length."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def prompt_of(pair: Pair | None, values: Mapping[str, object]) -> str:
    """The text that the result is made from, at any level of the request; empty if there is none."""
    if pair is not None and (prompt := pair.prompt_field) is not None:
        found = values.get(prompt.name)
        return found if isinstance(found, str) else ""
    return _first_prompt(values)


def _first_prompt(values: Mapping[str, object]) -> str:
    for name in _PROMPT_NAMES:
        if isinstance(found := values.get(name), str) and found.strip():
            return found
    for value in values.values():
        if isinstance(value, Mapping) and (found := _first_prompt(value)):
            return found
    return ""


def settings_line(pair: Pair | None, values: Mapping[str, object]) -> str:
    """The main settings in words, for a row: "1280:720 · 5 s · seed 41207". No prompt, no inputs."""
    parts = []
    for name in _SETTINGS_SHOWN:
        if name in values and (pair is None or pair.field(name) is not None) and (said := _said(name, values[name])):
            parts.append(said)
    return " · ".join(parts)


def _said(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "" if name != "audio" else (pgettext("setting", "sound") if value else _("no sound"))
    if name == "shots" and isinstance(value, list):
        return _counted(Text("{n} shot", "{n} shots"), len(value))
    if not isinstance(value, str | int | float) or value == "":
        return ""
    match name:
        case "mode" if value in ("auto", "custom"):
            # Who writes the shots of `multi_shot_video`. Those of a person are counted.
            return ""
        case "duration":
            return _("automatic length") if value == "auto" else _("{n} s", n=number_in_words(value))
        case "seed":
            return _("seed {seed}", seed=str(value))
        case "outputCount":
            return "" if value == 1 else _counted(Text("{n} picture", "{n} pictures"), value)
        case "numVariants":
            return "" if value == 1 else _counted(Text("{n} variant", "{n} variants"), value)
        case "quality":
            return _("{level} quality", level=value_in_words(value))
        case "scaleFactor":
            return f"{value}×"
        case "targetFramerate":
            return _("{n} fps", n=labels.choice_label(name, value))
        case "ratio" if value == "auto":
            return _("automatic size")
        case "ratio":
            return value_in_words(value)
        case _:
            return labels.choice_label(name, value)


def number_in_words(value: object) -> str:
    """A number as the system writes it: no ".0", and thousands in groups."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, float) or (isinstance(value, int) and abs(value) >= 1000):
        return texts.number(value, 6)
    return str(value)


def _counted(said: Text, value: str | int | float) -> str:
    return str(said.of(value)) if isinstance(value, int | float) else str(value)


def value_in_words(value: object) -> str:
    """A choice as it is read: "auto_720p" becomes "auto 720p"; other values as they are."""
    if value is True or value is False:
        return pgettext("setting", "yes") if value else pgettext("setting", "no")
    if isinstance(value, str):
        return value.replace("_", " ")
    return str(value)


def value_from_text(field: Field, text: str) -> object:
    """Parses a cell's text as the wire value of a scalar field.

    A text that does not fit stays a text, so that validation can report it. An empty text is None.
    """
    cell = text.strip()
    if not cell:
        return None
    if field.unit == "s" and (seconds := _SECONDS.fullmatch(cell)):
        cell = seconds[1]
    choice = _choices_by_word(field.name, field.choices + field.deprecated).get(cell.casefold())
    if choice is not None:
        return choice
    match field.kind:
        case FieldKind.INTEGER | FieldKind.NUMBER:
            number = _number(cell)
            if number is None or two_readings(field, cell):
                return cell
            return int(number) if field.kind is FieldKind.INTEGER and number == int(number) else number
        case FieldKind.SWITCH if cell.casefold() in _YES | _NO:
            return cell.casefold() in _YES
        case FieldKind.PROMPT | FieldKind.TEXT:
            return text
        case FieldKind.TEXTS:
            return [part.strip() for part in cell.split(",") if part.strip()]
        case _:
            return cell


LARGEST = (1 << 63) - 1
"""Larger numbers, which neither form nor database can store, stay text."""


_SECONDS = re.compile(r"([0-9.,]+)\s*(?:s|secs?|seconds?)\.?", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{1,30})?|\.[0-9]{1,30})")
_THOUSANDS = re.compile(r"([+-]?[1-9][0-9]{0,2})[.,]([0-9]{3})")


@lru_cache(maxsize=1_024)
def _choices_by_word(name: str, choices: tuple[str | int | float, ...]) -> Mapping[str, str | int | float]:
    """Each choice by all its spellings; for equal spellings the first choice. Cached, since a table needs the same few
    fields thousands of times."""
    found: dict[str, str | int | float] = {}
    for choice in choices:
        for written in (str(choice), value_in_words(choice), labels.choice_label(name, choice)):
            found.setdefault(written.casefold(), choice)
    return found


def _number(text: str) -> int | float | None:
    """ASCII digits with at most one decimal sign, as the system writes it or a point; None for any other text."""
    decimal = texts.language().numbers.decimal
    if "." not in text:
        text = text.replace(decimal, ".")
    if _NUMBER.fullmatch(text) is None:
        return None
    # Not as a float, which would lose digits of long seeds.
    number = int(text) if text.lstrip("+-").isdecimal() else float(text)
    return number if abs(number) <= LARGEST else None


def two_readings(field: Field, text: str) -> str:
    """The message for a number such as "1.000", which means a thousand to some people and one to others; empty for any
    other number, and if the field does not accept thousands."""
    found = _THOUSANDS.fullmatch(text)
    if found is None:
        return ""
    thousands, decimal = f"{found[1]}{found[2]}", f"{found[1]}.{found[2]}".rstrip("0").rstrip(".")
    if field.kind is FieldKind.NUMBER and field.maximum is not None and float(thousands) > field.maximum:
        return ""
    # With a zero appended, three decimals cannot be read as thousands.
    decimal = f"{decimal}0" if _THOUSANDS.fullmatch(decimal) else decimal
    return _(
        "“{text}” can mean {thousands} or {decimal}. Enter one of these.",
        text=text,
        thousands=thousands,
        decimal=decimal,
    )
