"""Preferences that apply at once, and sentences for what will not do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication

from runway_desktop.domain.account import ModelLimits, Organization
from runway_desktop.domain.filenames import DEFAULT_TEMPLATE, preview
from runway_desktop.domain.preferences import Preferences
from runway_desktop.rooms.preferences.model.preferences import MODELS, PreferencesForm
from runway_desktop.rooms.preferences.model.table import LINES, offers
from runway_desktop.usecases.palette.palette import Searchable, arrange
from tests.rigs.dialogs_rig import Rig


@pytest.fixture
def rig(qapp: QCoreApplication, tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path / "usual")
    rig.start()
    yield rig
    rig.close()


@pytest.fixture
def form(rig: Rig) -> PreferencesForm:
    return PreferencesForm(rig.cases, rig.bridge, rig.runner, rig.bridge)


def test_valid_preference_applies_at_once_and_is_signaled(rig: Rig, form: PreferencesForm):
    told: list[str] = []
    form.changed.connect(told.append)
    assert form.set_value("poll_limit", 3) == ""
    assert rig.settings.poll_limit == 3
    assert told == ["poll_limit"]


def test_invalid_preference_gets_a_sentence_and_is_not_stored(rig: Rig, form: PreferencesForm):
    assert "Tasks to check" in form.set_value("poll_limit", 9)
    assert rig.settings.poll_limit == 8


def test_each_preference_except_shortcuts_has_a_form_line():
    names = {line.name for line in LINES}
    assert len(names) == len(LINES)
    assert {*Preferences.preferences()} - names == {"shortcuts"}
    assert {line.needs for line in LINES} == {"", "tray"}
    assert all(len(line.options) == len(line.choices) for line in LINES)
    assert {line.name for line in LINES if line.choices} == {"theme", "text_size", "announce"}


def test_palette_finds_a_setting_by_its_heading_and_shows_its_stored_value(rig: Rig):
    found = {offer.id: offer for offer in offers(rig.cases)}
    assert arrange([Searchable.of(offer) for offer in found.values()], "sleep").best == "setting:stay_awake"
    assert found["setting:stay_awake"].aside == "On"
    assert found["setting:start_at_login"].aside == "", "the system knows it"


def test_folder_preference_must_be_absolute_and_writable(form: PreferencesForm, tmp_path: Path):
    (tmp_path / "notes.txt").write_text("no folder")
    assert form.set_library("Videos") == "Enter the full path of the folder."
    assert form.set_library(str(tmp_path / "notes.txt")) == "“notes.txt” is a file, not a folder."
    assert form.library_is_default
    assert form.set_library(f"  {tmp_path}/new/place ") == ""
    assert form.library == tmp_path / "new" / "place"


def test_empty_folder_preference_means_the_default(form: PreferencesForm, tmp_path: Path):
    form.set_library(str(tmp_path))
    assert form.set_library("") == ""
    assert form.library_is_default
    assert form.library == tmp_path / "usual"


def test_template_with_an_unknown_field_is_named_and_not_stored(form: PreferencesForm):
    usual = form.value("name_template")
    assert "{lens}" in form.set_template("{lens}_{id}")
    assert form.value("name_template") == usual
    assert form.set_template("{date}/{prompt:20}_{id}") == ""
    assert form.value("name_template") == "{date}/{prompt:20}_{id}"
    form.reset_template()
    assert form.value("name_template") == DEFAULT_TEMPLATE


def test_template_preview_shows_an_example_name(form: PreferencesForm):
    assert preview("{model}/{id}") == "gen4.5/7728950e.mp4"


def test_models_used_limited_or_counted_are_listed(rig: Rig, form: PreferencesForm):
    rig.runway.account = Organization(
        balance=1.0, limits={"veo3.1": ModelLimits(concurrent=3)}, daily_used={"veo3.1": 2, "aleph2": 0}
    )
    rig.use_key()
    rig.settings.set("composer.models", {"text_to_video": "gen4.5", "odd": 7})
    form.set_row(MODELS, "gen4_turbo", 1)
    listed = form.rows(MODELS)
    assert [row.name for row in listed] == ["gen4_turbo", "gen4.5", "veo3.1"]
    assert [row.label for row in listed] == ["Gen-4 Turbo", "Gen-4.5", "Veo 3.1"]
    assert [row.number for row in listed] == [1, 0, 0]
    assert [row.remark for row in listed] == ["not known yet", "not known yet", "Runway allows 3"]


def test_model_whose_limit_was_removed_stays_listed(rig: Rig, form: PreferencesForm):
    form.set_row(MODELS, "gen4_turbo", 1)
    form.set_row(MODELS, "gen4_turbo", 0)
    assert rig.settings.lane_limits == {}
    assert [row.name for row in form.rows(MODELS)] == ["gen4_turbo"]
    assert "gen4_turbo" not in form.others(MODELS)
