"""Title of a sheet: its stored name, or a description if it has none."""

from __future__ import annotations

import pytest

from runway_desktop.domain.task import MadeSheet
from runway_desktop.usecases.words.tasks import sheet_title


@pytest.mark.parametrize("made", MadeSheet)
def test_a_sheet_that_nobody_named_is_called_in_words(made: MadeSheet):
    assert sheet_title(made.value) != made.value


def test_a_name_that_was_given_is_kept():
    assert sheet_title("shots.csv") == "shots.csv"
