"""Tables as text that spreadsheets read, and that this program reads again as it was. Pure, but for the dialect that
the settings keep."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import TextIO

from runway_desktop.services.settings import Settings
from runway_desktop.values import Struct

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are the wide forms, which spreadsheets in East Asia take for the same."""

SEPARATORS = {",": "Commas", ";": "Semicolons", "\t": "Tabs"}
"""Each with its name for people."""
_SEPARATOR, _IS_MARKED = "csv.separator", "csv.marked"


class CsvDialect(Struct, frozen=True):
    """How a table is written as text. Where numbers have a comma, spreadsheets part cells by semicolons, and take 2.5
    for a day in May. `is_marked`: it begins with the mark by which they know UTF-8."""

    separator: str = ","
    decimal: str = "."
    is_marked: bool = True

    @property
    def encoding(self) -> str:
        return "utf-8-sig" if self.is_marked else "utf-8"


USUAL = CsvDialect()


def dialect_of(settings: Settings, *, has_comma: bool) -> CsvDialect:
    """As it was chosen last. `has_comma`: numbers are written with a decimal comma here."""
    chosen = settings.get(_SEPARATOR)
    separator = chosen if isinstance(chosen, str) and chosen in SEPARATORS else ";" if has_comma else ","
    # Between commas, a comma within a number would need quotation marks, and not be taken for a number.
    decimal = "," if has_comma and separator != "," else "."
    return CsvDialect(separator, decimal, settings.get(_IS_MARKED) is not False)


def keep_dialect(settings: Settings, *, separator: str, is_marked: bool) -> None:
    """It holds for all tables from now on."""
    settings.set(_SEPARATOR, separator)
    settings.set(_IS_MARKED, is_marked)


def write_rows(file: TextIO, rows: Iterable[Iterable[str]], dialect: CsvDialect = USUAL) -> None:
    """Every cell in quotation marks: a spreadsheet that parts cells by another sign makes no new ones of a text."""
    csv.writer(file, delimiter=dialect.separator, quoting=csv.QUOTE_ALL).writerows(rows)


def plain(text: str) -> str:
    """A text that a spreadsheet takes for a formula is somebody's prompt, and must stay one: an apostrophe before it
    says so."""
    return f"'{text}" if text.lstrip("'").startswith(_STARTS_A_FORMULA) else text


def original(cell: str) -> str:
    """The text that `plain` made a cell of."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(_STARTS_A_FORMULA) else cell


def number(value: float, decimal: str = ".") -> str:
    """12.0 is "12", 2.5 is "2.5": without the marks between thousands that stand for something else elsewhere."""
    return str(value) if isinstance(value, int) else f"{value:.6f}".rstrip("0").rstrip(".").replace(".", decimal)
