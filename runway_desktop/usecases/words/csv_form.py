"""Format of an exported CSV in words, for the import settings of a spreadsheet. Pure."""

from __future__ import annotations

from runway_desktop.services.disk.spreadsheet import CsvDialect
from runway_desktop.texts import Text, _, in_turn

TIME, MINUTE = "2026-11-29T14:02:09+01:00", "2026-11-29 14:02"
"""Times as lists and bills have them."""
_SEPARATED = {
    ",": Text("Cells are separated by commas."),
    ";": Text("Cells are separated by semicolons."),
    "\t": Text("Cells are separated by tabs."),
}


def csv_form_words(dialect: CsvDialect, time: str = TIME) -> str:
    """Decimal sign, form of times, separator."""
    return str(in_turn(written_words(f"2{dialect.decimal}5", time), _SEPARATED[dialect.separator]))


def written_words(number: str = "2.5", time: str = TIME) -> str:
    """Number and time are examples."""
    return _("Numbers are written as {number}, times as {time}.", number=number, time=time)
