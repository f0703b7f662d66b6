"""A profile without a key: an empty one asks for it, one with tasks shows its list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runway_desktop.app.bugs import Bugs
from runway_desktop.app.notices import KeyNotices
from runway_desktop.app.options import Options
from runway_desktop.app.session import Session
from runway_desktop.domain.account import KeySource, KeyStatus
from runway_desktop.domain.events import KeyChanged
from runway_desktop.domain.secrecy import KnownSecrets
from runway_desktop.domain.task import State
from runway_desktop.ui.dialogs.key_entry import WelcomeDialog
from runway_desktop.ui.theme import Theme
from runway_desktop.wiring import environment
from runway_desktop.wiring.build import Address
from tests.rigs.desktop import Desktop, rest
from tests.rigs.rows import task


def session_of(rig: Desktop, theme: Theme, folder: Path) -> Any:
    """The session once its window is open and no key was found."""
    profile = environment.profile(demo=False, folder=folder / "profile")
    session: Any = Session(profile, Options(), Address(), bugs=Bugs(KnownSecrets()))
    session.window, session.models, session.cases = rig.window, rig.models, rig.cases
    session.runner, session.theme = rig.runner, theme
    session.key_notices = KeyNotices(rig.bridge, rig.window, lambda: True)
    return session


@pytest.mark.parametrize("has_tasks", [True, False])
async def test_list_with_tasks_opens_without_a_key_and_an_empty_one_asks_for_it(tmp_path, theme, qtbot, has_tasks):
    async with Desktop(tmp_path, theme) as rig:
        if has_tasks:
            await rig.engine.ledger.take_in([task(1, State.SUCCEEDED)], [])
        session = session_of(rig, theme, tmp_path)
        await session.go_keyless(rig.cases)
        assert bool(rig.window.findChildren(WelcomeDialog)) is not has_tasks
        assert rig.window.activity.messages() == (
            ["This profile has no API key. You can browse everything; generating needs a key."] if has_tasks else []
        )
        session.deleteLater()


async def test_notice_about_a_missing_key_ends_once_there_is_one(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        notices = KeyNotices(rig.bridge, rig.window, lambda: True)
        notices.tell_missing()
        assert len(rig.window.activity.messages()) == 1
        rig.engine.bus.tell(KeyChanged(KeyStatus(source=KeySource.MEMORY)))
        await rest()
        assert rig.window.activity.messages() == []
