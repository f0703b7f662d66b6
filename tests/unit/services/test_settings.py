"""Stored preferences and remembered state of views."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.events import SettingsChanged
from runway_desktop.services.bus import Bus
from runway_desktop.services.settings import Settings
from tests.rigs.fakes import FakeClock, MemoryStore, settle
from tests.rigs.notices import notices


class Bench:
    def __init__(self) -> None:
        self.store, self.bus, self.clock = MemoryStore(), Bus(), FakeClock()
        self.events: list[object] = []
        self.bus.listen(self.events.append)
        self.settings = Settings(self.store, self.bus, self.clock, default_library=Path("/videos/Runway Desktop"))

    @asynccontextmanager
    async def running(self):
        loop = asyncio.create_task(self.settings.run())
        try:
            yield
        finally:
            loop.cancel()
            await asyncio.gather(loop, return_exceptions=True)


@pytest.fixture
def desk():
    return Bench()


async def test_every_preference_has_a_label_and_an_acceptable_default():
    for name, found in Settings.preferences().items():
        assert found.label, name
        assert not str(found.label).endswith("."), name
        assert found.editor.accept(found.default) == found.default


async def test_choice_is_stored_for_the_next_start(desk):
    desk.settings.theme = "dark"
    desk.settings.set("window.columns", ["state", "prompt"])
    desk.settings.lane_limits = {"gen4.5": 2}
    await desk.settings.flush()
    again = Settings(desk.store, desk.bus, desk.clock, default_library=Path("/x"))
    await again.load()
    assert again.theme == "dark"
    assert again.get("window.columns") == ["state", "prompt"]
    assert again.lane_limits.get("gen4.5") == 2
    again.lane_limits = {}
    assert again.lane_limits.get("gen4.5") is None


async def test_never_ask_differs_from_no_choice(desk):
    async def later() -> float | None:
        await desk.settings.flush()
        again = Settings(desk.store, desk.bus, desk.clock, default_library=Path("/x"))
        await again.load()
        return again.confirm_above

    assert (desk.settings.confirm_above, await later()) == (1_000.0, 1_000.0)
    desk.settings.confirm_above = None
    assert (desk.settings.confirm_above, await later()) == (None, None)
    desk.settings.confirm_above = 500.0
    assert await later() == 500.0


async def test_draft_is_on_disk_within_a_second_of_typing(desk):
    async with desk.running():
        for letters in range(1, 40):
            desk.settings.set("composer.draft", "x" * letters)
            await desk.clock.advance(0.025)
        assert len((await desk.store.settings())["composer.draft"]) > 15, "typing on does not put the writing off"
        await desk.clock.advance(1.0)
        assert await desk.store.settings() == {"composer.draft": "x" * 39}


@pytest.mark.parametrize(("name", "value"), [("lane.paused", True), ("day_cap", 200.0), ("project_caps", {"a": 9.0})])
async def test_money_settings_are_on_disk_before_they_are_signaled(desk, name, value):
    on_disk: list[object] = []
    desk.bus.listen(lambda event: on_disk.append(desk.store.setting(name)))
    async with desk.running():
        desk.settings.set("composer.draft", "a lighth")
        await settle()
        on_disk.clear()
        desk.settings.set(name, value)
        assert desk.settings.get(name) == value, "it holds at once"
        assert on_disk == []
        await settle()
        assert on_disk == [value]


async def test_money_settings_are_signaled_though_the_disk_refuses_them(desk):
    async with desk.running():
        desk.store.trouble = StoreError("The disk is full.")
        desk.settings.set("lane.paused", True)
        await settle()
        assert SettingsChanged(frozenset({"lane.paused"})) in desk.events
        desk.store.trouble = None
        await desk.clock.advance(6)
        assert desk.store.setting("lane.paused") is True


async def test_many_setting_changes_are_one_write(desk):
    async with desk.running():
        before = desk.store.writes
        for number in range(50):
            desk.settings.set("splitter", number)
        await desk.clock.advance(1.0)
        assert desk.store.writes == before + 1


async def test_setting_change_is_signaled_once_and_only_if_different(desk):
    desk.settings.poll_limit = 3
    desk.settings.poll_limit = 3
    assert desk.events == [SettingsChanged(frozenset({"poll_limit"}))]


async def test_true_differs_from_one_as_a_setting(desk):
    desk.settings.set("x", 1)
    desk.settings.set("x", True)
    assert desk.settings.get("x") is True


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("theme", "plaid"), ("poll_limit", 900), ("poll_limit", "many"), ("poll_limit", True), ("sidecars", "yes"),
        ("name_template", ""), ("name_template", 3), ("download_limit", 0), ("lane_limits", []), ("library_folder", 1),
    ],
)  # fmt: skip
async def test_damaged_setting_falls_back_to_its_default_and_is_named(desk, name, stored):
    await desk.store.set_settings({name: stored, "columns": [1]})
    await desk.settings.load()
    assert getattr(desk.settings, name) == Settings.preferences()[name].default
    assert desk.settings.unreadable == (Settings.preferences()[name].label,)
    assert desk.settings.get("columns") == [1]


async def test_invalid_setting_is_refused(desk):
    with pytest.raises(ValueError):  # noqa: PT011 - the message is for programmers
        desk.settings.poll_limit = 9
    with pytest.raises(TypeError):
        desk.settings.set("window", object())
    assert desk.settings.poll_limit == 8


async def test_stored_view_state_cannot_be_changed_from_outside(desk):
    columns = ["state"]
    desk.settings.set("columns", columns)
    columns.append("cost")
    assert desk.settings.get("columns") == ["state"]


async def test_setting_none_removes_the_value(desk):
    desk.settings.set("composer.draft", "x")
    desk.settings.set("composer.draft", None)
    assert desk.settings.get("composer.draft", "nothing") == "nothing"
    desk.settings.library_folder = "/elsewhere"
    desk.settings.set("library_folder", None)
    assert desk.settings.library == Path("/videos/Runway Desktop")
    await desk.settings.flush()
    again = Settings(desk.store, desk.bus, desk.clock, default_library=Path("/x"))
    await again.load()
    assert again.get("composer.draft", "nothing") == "nothing"
    assert again.library == Path("/x")
    assert again.unreadable == ()


async def test_failed_settings_write_is_reported_once_and_retried(desk):
    async with desk.running():
        desk.store.trouble = StoreError("The database is busy.")
        desk.settings.theme = "dark"
        await desk.clock.advance(20)
        assert len(notices(desk.events)) == 1
        desk.store.trouble = None
        await desk.clock.advance(6)
        assert (await desk.store.settings())["theme"] == "dark"
    await settle()


async def test_money_setting_counts_as_pending_until_it_is_written(desk, monkeypatch):
    written, write = asyncio.Event(), desk.store.set_settings

    async def slowly(values) -> None:
        await written.wait()
        await write(values)

    monkeypatch.setattr(desk.store, "set_settings", slowly)
    async with desk.running():
        await settle()
        desk.settings.set("lane.paused", True)
        await settle()
        assert desk.settings.is_on_its_way("lane.paused")
        assert desk.events == []
        written.set()
        await settle()
        assert not desk.settings.is_on_its_way("lane.paused")
        assert desk.events == [SettingsChanged(frozenset({"lane.paused"}))]
