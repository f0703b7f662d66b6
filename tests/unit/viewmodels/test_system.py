"""Tables are written for the person's spreadsheets by the system's number format, unless a setting differs."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QLocale

from runway_desktop.services.bus import Bus
from runway_desktop.services.disk.spreadsheet import CsvDialect, keep_dialect
from runway_desktop.services.settings import Settings
from runway_desktop.viewmodels.system import csv_dialect_of
from tests.rigs.fakes import FakeClock, MemoryStore

GERMAN, SWISS, AMERICAN = (QLocale(name) for name in ("de_DE", "de_CH", "en_US"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(MemoryStore(), Bus(), FakeClock(), default_library=tmp_path)


def test_csv_uses_semicolons_where_numbers_have_decimal_commas(settings: Settings):
    assert csv_dialect_of(settings, GERMAN) == CsvDialect(";", ",")
    assert csv_dialect_of(settings, AMERICAN) == csv_dialect_of(settings, SWISS) == CsvDialect(",", ".")


def test_chosen_csv_format_is_kept(settings: Settings):
    keep_dialect(settings, separator=",", is_marked=False)
    assert csv_dialect_of(settings, GERMAN) == CsvDialect(",", ".", is_marked=False)
    keep_dialect(settings, separator=";", is_marked=True)
    assert csv_dialect_of(settings, GERMAN) == CsvDialect(";", ",")
    assert csv_dialect_of(settings, AMERICAN) == CsvDialect(";", ".")
