"""CSV for spreadsheets that this program reads back unchanged. Pure, except for the dialect in the settings."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import TextIO

from runway_desktop.services.settings import Settings
from runway_desktop.texts import Text
from runway_desktop.values import Struct

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are full-width forms, which East Asian spreadsheets treat the same."""

SEPARATORS = {",": Text("Commas"), ";": Text("Semicolons"), "\t": Text("Tabs")}
"""Separators and their names for people."""
_SEPARATOR, _IS_MARKED = "csv.separator", "csv.marked"


class CsvDialect(Struct, frozen=True):
    """Format of a CSV file. Where numbers have a decimal comma, spreadsheets expect semicolons, and read 2.5 as a date.
    `is_marked`: begins with a byte order mark, by which spreadsheets recognize UTF-8."""

    separator: str = ","
    decimal: str = "."
    is_marked: bool = True

    @property
    def encoding(self) -> str:
        return "utf-8-sig" if self.is_marked else "utf-8"


USUAL = CsvDialect()


def dialect_of(settings: Settings, *, has_comma: bool, separator: str = "") -> CsvDialect:
    """The dialect chosen last, or with another separator. `has_comma`: the locale has a decimal comma."""
    chosen = separator or settings.get(_SEPARATOR)
    separator = chosen if isinstance(chosen, str) and chosen in SEPARATORS else ";" if has_comma else ","
    # Between commas, a decimal comma would need quotes and be read as text.
    decimal = "," if has_comma and separator != "," else "."
    return CsvDialect(separator, decimal, settings.get(_IS_MARKED) is not False)


def keep_dialect(settings: Settings, *, separator: str, is_marked: bool) -> None:
    """Stores the dialect for all tables."""
    settings.set(_SEPARATOR, separator)
    settings.set(_IS_MARKED, is_marked)


def write_rows(file: TextIO, rows: Iterable[Iterable[str]], dialect: CsvDialect = USUAL) -> None:
    """Quotes every cell, so that a spreadsheet with another separator does not split texts."""
    csv.writer(file, delimiter=dialect.separator, quoting=csv.QUOTE_ALL).writerows(rows)


def plain(text: str) -> str:
    """Prefixes an apostrophe to a text that a spreadsheet would take for a formula."""
    return f"'{text}" if text.lstrip("'").startswith(_STARTS_A_FORMULA) else text


def original(cell: str) -> str:
    """Inverse of `plain`."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(_STARTS_A_FORMULA) else cell


def number(value: float, decimal: str = ".") -> str:
    """12.0 is "12", 2.5 is "2.5". No thousands separators, which are ambiguous."""
    return str(value) if isinstance(value, int) else f"{value:.6f}".rstrip("0").rstrip(".").replace(".", decimal)
