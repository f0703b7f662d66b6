"""Presets are stored, have shortcuts, and are exported as JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

from runway_desktop.domain.errors import NotPossible
from runway_desktop.services.bus import Bus
from runway_desktop.services.settings import Settings
from runway_desktop.usecases.requests.presets import PRESETS, Preset, Presets
from tests.rigs.fakes import FakeClock, MemoryStore

WIDE = Preset(name="Wide", endpoint="text_to_video", model="gen4.5", values={"ratio": "1280:720", "duration": 5}, key=1)
STILL = Preset(name="Still", endpoint="text_to_image", model="gen4_image", prompt="Portrait, ", key=2)


@pytest.fixture
def presets() -> Presets:
    return Presets(_settings())


def _settings() -> Settings:
    return Settings(MemoryStore(), Bus(), FakeClock(), default_library=Path("library"))


def test_presets_are_stored_in_order_with_their_shortcuts(presets: Presets):
    presets.save(WIDE)
    presets.save(STILL)
    assert presets.all() == (WIDE, STILL)
    assert presets.on_key(2) == STILL
    assert presets.on_key(3) is None
    assert presets.free_key() == 3


def test_saving_under_an_existing_name_replaces_the_preset_in_place(presets: Presets):
    presets.save(WIDE)
    presets.save(STILL)
    later = Preset(name="Wide", endpoint="text_to_video", model="veo3.1", key=4)
    presets.save(later)
    assert presets.all() == (later, STILL)


def test_shortcut_belongs_to_the_last_preset_assigned(presets: Presets):
    presets.save(WIDE)
    presets.save(Preset(name="Other", endpoint="a", model="b", key=1))
    assert [(preset.name, preset.key) for preset in presets.all()] == [("Wide", 0), ("Other", 1)]


def test_presets_are_renamed_and_removed(presets: Presets):
    presets.save(WIDE)
    presets.save(STILL)
    presets.rename("Wide", "Still")
    assert presets.all()[0].name == "Wide"
    presets.rename("Wide", "Panorama")
    presets.remove("Still")
    assert [preset.name for preset in presets.all()] == ["Panorama"]


def test_presets_are_exported_as_json_and_imported_without_shortcuts_in_use(presets: Presets):
    presets.save(WIDE)
    presets.save(STILL)
    other = Presets(_settings())
    other.save(Preset(name="Mine", endpoint="a", model="b", key=1))
    assert other.take(presets.as_text()) == 2
    assert [(preset.name, preset.key) for preset in other.all()] == [("Mine", 1), ("Wide", 0), ("Still", 2)]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"presets": 5}', '{"presets": [{"name": 3}]}', "[" * 9_999])
def test_file_without_presets_is_refused_with_a_sentence(presets: Presets, text: str):
    with pytest.raises(NotPossible, match="no presets"):
        presets.take(text)


@pytest.mark.parametrize(
    "stored", ["x", [1, None, {"name": ""}], {"a": 1}, [{"name": "A", "endpoint": 1, "model": ""}]]
)
def test_invalid_stored_preset_is_skipped(stored: object):
    settings = _settings()
    settings.set(PRESETS, stored)
    assert Presets(settings).all() == ()
