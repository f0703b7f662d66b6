"""Tables are written for the spreadsheets of whoever sits here, unless something else was chosen."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QLocale

from runway_desktop.services.bus import Bus
from runway_desktop.services.disk.spreadsheet import Manner
from runway_desktop.services.settings import Settings
from runway_desktop.viewmodels.csv_dialect import keep_manner, manner_of
from tests.fakes import FakeClock, MemoryStore

GERMAN, SWISS, AMERICAN = (QLocale(name) for name in ("de_DE", "de_CH", "en_US"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(MemoryStore(), Bus(), FakeClock(), default_library=tmp_path)


def test_where_numbers_have_a_comma_cells_have_semicolons(settings: Settings):
    assert manner_of(settings, GERMAN) == Manner(";", ",")
    assert manner_of(settings, AMERICAN) == manner_of(settings, SWISS) == Manner(",", ".")


def test_what_was_chosen_holds(settings: Settings):
    keep_manner(settings, separator=",", is_marked=False)
    assert manner_of(settings, GERMAN) == Manner(",", ".", is_marked=False)
    keep_manner(settings, separator=";", is_marked=True)
    assert manner_of(settings, GERMAN) == Manner(";", ",")
    assert manner_of(settings, AMERICAN) == Manner(";", ".")
