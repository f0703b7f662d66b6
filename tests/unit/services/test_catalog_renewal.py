"""Renewing the catalog from a file: checked, kept, used at once and at the next start, and given back."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.catalog import Catalog, FieldKind
from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.errors import DiskError, NotPossible
from runway_desktop.domain.events import SettingsChanged
from runway_desktop.services.bus import Bus
from runway_desktop.services.catalog_renewal import (
    IN_USE,
    LARGEST,
    CatalogRenewal,
    claims_to_be_catalog,
    in_use,
    read_catalog,
)
from runway_desktop.services.settings import Settings
from runway_desktop.usecases.words.notices import renewal_words
from tests.rigs.engine_rig import AtOnce
from tests.rigs.fakes import FakeClock, MemoryStore

FACTS: dict[str, Any] = json.loads(resource("catalog.json").read_bytes())
SHIPPED = FACTS["sdk"]


def newer(version: str = "99.0.0", **changes: Any) -> dict[str, Any]:
    """The built-in catalog with a later version and one model more."""
    facts = copy.deepcopy(FACTS)
    facts["sdk"] = version
    endpoint = next(one for one in facts["endpoints"] if one["name"] == "text_to_video")
    endpoint["models"].append("brand_new_1")
    like = next(one for one in facts["pairs"] if (one["endpoint"], one["model"]) == ("text_to_video", "gen4.5"))
    facts["pairs"].append({**copy.deepcopy(like), "model": "brand_new_1"})
    return facts | changes


def written(folder: Path, facts: object, name: str = "catalog (1).json") -> Path:
    path = folder / name
    path.write_text(facts if isinstance(facts, str) else json.dumps(facts), encoding="utf-8")
    return path


class Bench:
    def __init__(self, folder: Path) -> None:
        bus = Bus()
        self.events: list[object] = []
        bus.listen(self.events.append)
        self.kept = folder / "profile" / "catalog.json"
        self.kept.parent.mkdir()
        self.catalog = Catalog.load()
        self.settings = Settings(MemoryStore(), bus, FakeClock(), default_library=folder)
        self.renewal = CatalogRenewal(self.catalog, self.kept, self.settings, AtOnce())


@pytest.fixture
def desk(tmp_path):
    return Bench(tmp_path)


async def test_a_newer_catalog_is_used_at_once_by_all_who_hold_the_old_one(desk, tmp_path):
    came = await desk.renewal.renew(written(tmp_path, newer()))
    assert desk.catalog.version == "99.0.0"
    assert desk.catalog.pair("text_to_video", "brand_new_1") is not None
    assert not desk.renewal.is_built_in
    assert (came.added, came.gone) == (1, 0)
    assert renewal_words(came) == "Catalog updated to SDK 99.0.0. 1 model is new."
    assert [event.names for event in desk.events if isinstance(event, SettingsChanged)] == [frozenset({IN_USE})]


async def test_it_is_kept_for_the_next_start(desk, tmp_path):
    await desk.renewal.renew(written(tmp_path, newer()))
    assert in_use(desk.kept).version == "99.0.0"
    assert not list(desk.kept.parent.glob("*.part"))


async def test_the_built_in_one_comes_back_and_stays(desk, tmp_path):
    await desk.renewal.renew(written(tmp_path, newer()))
    came = await desk.renewal.use_built_in()
    assert desk.catalog.version == SHIPPED
    assert desk.renewal.is_built_in
    assert (came.added, came.gone) == (0, 1)
    assert in_use(desk.kept).version == SHIPPED


async def test_an_older_one_is_refused_and_nothing_changes(desk, tmp_path):
    with pytest.raises(NotPossible, match=r"SDK 5\.3\.0\) is older than the one in use"):
        await desk.renewal.renew(written(tmp_path, newer("5.3.0")))
    assert desk.catalog.version == SHIPPED
    assert not desk.kept.exists()


async def test_versions_are_compared_as_numbers(desk, tmp_path):
    await desk.renewal.renew(written(tmp_path, newer("5.100.0")))
    assert desk.catalog.version == "5.100.0"


def broken() -> dict[str, object]:
    def with_field(**facts: object) -> dict[str, Any]:
        changed = newer()
        changed["pairs"][0]["fields"].append({"name": "odd", "kind": "text", **facts})
        return changed

    lost_model = newer()
    lost_model["endpoints"][0]["models"].append("nowhere")
    stray = newer()
    stray["pairs"].append({**stray["pairs"][0], "model": "nowhere"})
    path = newer()
    path["endpoints"][0]["path"] = "https://elsewhere.example.com/steal"
    return {
        "empty": "",
        "no JSON": "{",
        "a list": "[]",
        "a number": "7",
        "an empty object": "{}",
        "a request": {"model": "gen4.5", "promptText": "A lighthouse"},
        "no version": newer(sdk="new"),
        "a version that is a number": newer(sdk=7),
        "no endpoints": newer(endpoints=[]),
        "no pairs": newer(pairs=[]),
        "pairs that are none": newer(pairs=[1, 2]),
        "a model without fields": lost_model,
        "a model without endpoint": stray,
        "a path to elsewhere": path,
        "a choice without choices": with_field(kind="choice"),
        "an input without media": with_field(kind="asset"),
        "a pattern that is none": with_field(pattern="("),
        "bounds that are none": with_field(kind="integer", maximum="high"),
        "the same name twice": with_field(name=FACTS["pairs"][0]["fields"][0]["name"]),
        "very deep": "[" * 100_000,
    }


@pytest.mark.parametrize("name", broken())
async def test_what_is_no_catalog_is_refused_with_a_sentence(name, desk, tmp_path):
    path = written(tmp_path, broken()[name])
    with pytest.raises(NotPossible) as refused:
        await desk.renewal.renew(path)
    assert "catalog" in refused.value.message
    assert "Traceback" not in refused.value.in_words()
    assert desk.catalog.version == SHIPPED


async def test_a_file_that_is_not_there_or_too_large_is_refused(desk, tmp_path):
    with pytest.raises(DiskError):
        await desk.renewal.renew(tmp_path / "none.json")
    large = tmp_path / "large.json"
    with large.open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(NotPossible, match="too large"):
        await desk.renewal.renew(large)


async def test_a_folder_that_cannot_be_written_is_said_and_nothing_changes(tmp_path, desk):
    renewal = CatalogRenewal(desk.catalog, tmp_path / "gone" / "catalog.json", desk.settings, AtOnce())
    with pytest.raises(DiskError, match="could not be kept"):
        await renewal.renew(written(tmp_path, newer()))
    assert desk.catalog.version == SHIPPED


def test_a_kept_catalog_that_broke_does_not_stop_the_start(tmp_path):
    assert in_use(written(tmp_path, "{")).version == SHIPPED


def test_a_release_that_caught_up_takes_the_kept_one_away(tmp_path):
    kept = written(tmp_path, {**FACTS, "sdk": "5.0.1"})
    assert in_use(kept).version == SHIPPED
    assert not kept.exists()


def test_a_kind_that_nobody_knows_is_edited_as_json(tmp_path):
    facts = newer()
    facts["pairs"][-1]["fields"].append({"name": "orbit", "kind": "gimbal", "required": False})
    found, _ = read_catalog(written(tmp_path, facts))
    pair = found.pair("text_to_video", "brand_new_1")
    assert pair is not None
    assert pair.field("orbit").kind is FieldKind.UNKNOWN


def test_only_what_begins_like_a_catalog_claims_to_be_one():
    assert claims_to_be_catalog(resource("catalog.json").read_bytes())
    assert not claims_to_be_catalog(b'{"model": "gen4.5"}')
    assert not claims_to_be_catalog(b"")
