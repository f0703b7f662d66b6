"""How tables are written for this person's spreadsheets: as it was chosen last, else as the system writes numbers.
GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QLocale

from runway_desktop.services.disk.spreadsheet import CsvDialect
from runway_desktop.services.settings import Settings

SEPARATORS = {",": "Commas", ";": "Semicolons", "\t": "Tabs"}
"""Each with its name for people."""
_SEPARATOR, _IS_MARKED = "csv.separator", "csv.marked"


def csv_dialect_of(settings: Settings, system: QLocale | None = None) -> CsvDialect:
    """`system` is how numbers are written here; None asks."""
    comma = (system or QLocale.system()).decimalPoint() == ","
    chosen = settings.get(_SEPARATOR)
    separator = chosen if isinstance(chosen, str) and chosen in SEPARATORS else ";" if comma else ","
    # Between commas, a comma within a number would need quotation marks, and not be taken for a number.
    decimal = "," if comma and separator != "," else "."
    return CsvDialect(separator, decimal, settings.get(_IS_MARKED) is not False)


def keep_csv_dialect(settings: Settings, *, separator: str | None = None, is_marked: bool | None = None) -> None:
    """It holds for all tables from now on."""
    if separator is not None:
        settings.set(_SEPARATOR, separator)
    if is_marked is not None:
        settings.set(_IS_MARKED, is_marked)
