"""What the system says of this person: how numbers are written, and where documents lie. GUI thread only."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QLocale, QStandardPaths

from runway_desktop.services.disk.spreadsheet import CsvDialect, dialect_of
from runway_desktop.services.settings import Settings


def csv_dialect_of(settings: Settings, system: QLocale | None = None) -> CsvDialect:
    """How tables are written for this person's spreadsheets: as chosen last, else as the system writes numbers.
    `system`: None asks."""
    return dialect_of(settings, has_comma=(system or QLocale.system()).decimalPoint() == ",")


def documents() -> Path:
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation) or Path.home())
