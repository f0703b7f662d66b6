"""CSV as spreadsheets write it, and for spreadsheets: this program reads back unchanged what it wrote. Pure, except for
the dialect in the settings."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TextIO

from runway_desktop.services.settings import Settings
from runway_desktop.texts import Text
from runway_desktop.values import Struct

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are full-width forms, which East Asian spreadsheets treat the same."""

SEPARATORS = {",": Text("Commas"), ";": Text("Semicolons"), "\t": Text("Tabs")}
"""Separators and their names for people."""
_SEPARATOR, _IS_MARKED = "csv.separator", "csv.marked"
_DELIMITERS = (",", ";", "\t", "|")
_TOLD_DELIMITER = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_COMPARED = 20
"""Records that are read to detect the separator."""


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


def delimiter_of(text: str, known: Callable[[str], object]) -> tuple[str, int]:
    """The separator, and the start of the table after an optional "sep=" line of some spreadsheets. Without that line:
    the separator that gives the most `known` columns (not None) in the first record; if equal, the one with the same
    number of cells in the following records, then the one with the most cells."""
    told = _TOLD_DELIMITER.match(text)
    if told is not None and told.group(1) not in '"\r\0':
        return told.group(1), told.end()

    def score(delimiter: str) -> tuple[int, bool, int]:
        try:
            rows = filter(None, csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
            first, *others = islice(rows, _COMPARED)
        except (csv.Error, ValueError):
            return (0, False, 0)
        columns = sum(known(title) is not None for title in first)
        return (columns, len(first) > 1 and all(len(row) == len(first) for row in others), len(first))

    return max(_DELIMITERS, key=score), 0


def records_in(text: str, delimiter: str, *, is_strict: bool = False) -> Iterator[tuple[int, list[str] | csv.Error]]:
    """Each record's first line, from 1, with its cells without the apostrophe that escapes formulas, or with the error
    if it cannot be read. A quoted line break belongs to its cell. `is_strict`: a quotation mark that is not closed, or
    closed within a cell, is an error."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=is_strict)
    while True:
        line = rows.line_num + 1
        try:
            yield line, [original(cell) for cell in next(rows)]
        except StopIteration:
            return
        except csv.Error as error:
            yield line, error


def number(value: float, decimal: str = ".") -> str:
    """12.0 is "12", 2.5 is "2.5". No thousands separators, which are ambiguous."""
    return str(value) if isinstance(value, int) else f"{value:.6f}".rstrip("0").rstrip(".").replace(".", decimal)
