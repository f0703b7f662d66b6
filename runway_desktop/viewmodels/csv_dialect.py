"""How tables are written for this person's spreadsheets: as chosen last, else as the system writes numbers. GUI thread
only.
"""

from __future__ import annotations

from PySide6.QtCore import QLocale

from runway_desktop.services.disk.spreadsheet import CsvDialect, dialect_of
from runway_desktop.services.settings import Settings


def csv_dialect_of(settings: Settings, system: QLocale | None = None) -> CsvDialect:
    """`system` is how numbers are written here; None asks."""
    return dialect_of(settings, has_comma=(system or QLocale.system()).decimalPoint() == ",")
