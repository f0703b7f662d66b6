"""A demo with sample content announces it, and one click replaces it by an empty demo."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton

from runway_desktop.domain.task import State
from runway_desktop.ui.confirm import Confirm
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.words.profiles import MAKING_WORDS, STUDIO_WORDS
from runway_desktop.wiring import demo as demos
from runway_desktop.wiring import environment
from runway_desktop.wiring.demo import Begins, Demo, DemoWishes
from tests.rigs import pill
from tests.rigs.desktop import until
from tests.rigs.profiles_on_disk import a_profile
from tests.rigs.profiles_rig import ProfilesDesktop, shown
from tests.rigs.rows import task


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """A new one, whose studio is being made."""
    with ThreadPoolExecutor(1) as workers:
        made = Demo(environment.profile(demo=True, folder=tmp_path / "tried"), DemoWishes(), workers)
        made.begin()
        yield made


def begins(tmp_path: Path) -> Begins:
    return demos.begins(environment.profile(demo=True, folder=tmp_path / "tried"))


async def test_demo_content_is_announced_once_and_its_first_task_is_shown(tmp_path: Path, theme: Theme, demo: Demo):
    async with ProfilesDesktop(tmp_path, theme, await a_profile(tmp_path)) as desktop:
        desktop.supervisor.spawn(desktop.windows.live_in_demo(demo), "demo")
        await until(lambda: desktop.window.activity.messages() == [str(MAKING_WORDS)], "what goes on")
        first = task(1, State.SUCCEEDED)
        await desktop.engine.ledger.take_in([first], [])
        demo.first = first.id
        demo.stands.set()
        await until(lambda: desktop.window.activity.messages() == [str(STUDIO_WORDS[0])], "what stands")
        await until(lambda: desktop.window.view.selected_ids() == [first.id], "the first task")


async def test_start_empty_is_one_click_and_applies_at_the_next_start(tmp_path: Path, theme: Theme, demo: Demo):
    async with ProfilesDesktop(tmp_path, theme, await a_profile(tmp_path)) as desktop:
        demo.first = task(1, State.SUCCEEDED).id
        demo.stands.set()
        await desktop.windows.live_in_demo(demo)
        pill.press(desktop.window, "Start empty")
        await until(lambda: desktop.restarts == 1, "the program to start again")
        assert begins(tmp_path) is Begins.EMPTYING


async def test_existing_demo_announces_nothing(tmp_path: Path, theme: Theme, demo: Demo):
    async with ProfilesDesktop(tmp_path, theme, await a_profile(tmp_path)) as desktop:
        demo.is_making = False
        await desktop.windows.live_in_demo(demo)
        assert desktop.window.activity.messages() == []


async def test_emptying_from_the_menu_asks_first_and_only_the_demo_offers_it(tmp_path: Path, theme: Theme, demo: Demo):
    async with ProfilesDesktop(tmp_path, theme, await a_profile(tmp_path)) as desktop:
        assert not desktop.models.profiles.may_start_empty
        desktop.engine.is_demo = True
        assert desktop.models.profiles.may_start_empty
        demo.is_making = False
        await desktop.windows.live_in_demo(demo)
        desktop.models.profiles.empty_wanted.emit()
        question = shown(desktop, Confirm)
        next(one for one in question.findChildren(QPushButton) if one.text() == "Keep the demo").click()
        assert desktop.restarts == 0
        assert begins(tmp_path) is Begins.NEW
