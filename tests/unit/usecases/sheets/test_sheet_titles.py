"""Title of a sheet: its stored name, or a description if it has none."""

from __future__ import annotations

import pytest

from runway_desktop.domain.task import MadeSheet
from runway_desktop.usecases.words.tasks import sheet_title


@pytest.mark.parametrize("made", MadeSheet)
def test_unnamed_sheet_has_a_descriptive_title(made: MadeSheet):
    assert sheet_title(made.value) != made.value


def test_given_sheet_name_is_kept():
    assert sheet_title("shots.csv") == "shots.csv"
