"""The format of an exported table in whole sentences."""

from __future__ import annotations

import pytest

from runway_desktop.services.disk.spreadsheet import SEPARATORS, CsvDialect
from runway_desktop.usecases.words.csv_form import csv_form_words, written_words


@pytest.mark.parametrize(("separator", "name"), [(",", "commas"), (";", "semicolons"), ("\t", "tabs")])
def test_csv_separators_have_names(separator: str, name: str):
    assert csv_form_words(CsvDialect(separator)).endswith(f"Cells are separated by {name}.")
    assert str(SEPARATORS[separator]).lower() == name


def test_decimal_sign_and_time_format_are_shown_by_example():
    assert csv_form_words(CsvDialect(";", ",")).startswith("Numbers are written as 2,5, times as 2026-11-29T14:02:09")
    assert written_words() == "Numbers are written as 2.5, times as 2026-11-29T14:02:09+01:00."
