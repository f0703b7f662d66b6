"""System settings of the person: number format, names of languages, documents folder. GUI thread only."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QLocale, QStandardPaths

from runway_desktop.services.disk.spreadsheet import CsvDialect, dialect_of
from runway_desktop.services.settings import Settings


def csv_dialect_of(settings: Settings, system: QLocale | None = None, separator: str = "") -> CsvDialect:
    """CSV dialect for the person's spreadsheets: with this separator, else the last choice, else by the number format
    of `system` (None: the system's locale)."""
    return dialect_of(settings, has_comma=(system or QLocale.system()).decimalPoint() == ",", separator=separator)


def language_name(code: str) -> str:
    """The name of a language in itself: "Deutsch"."""
    return "English" if code == "en" else QLocale(code).nativeLanguageName()


def documents() -> Path:
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation) or Path.home())
