"""Notices about a missing or refused key, and their end."""

from __future__ import annotations

from runway_desktop.app.notices import KeyNotices
from runway_desktop.domain.account import Connectivity, KeySource, KeyStatus, Link
from runway_desktop.domain.events import ConnectionChanged, KeyChanged
from tests.rigs.desktop import Desktop, rest

WAITING = KeyStatus(problem="Waiting for your keychain. It may ask you to unlock it.", is_awaited=True)


async def test_keychain_waiting_for_the_person_is_announced_until_it_answers(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        KeyNotices(rig.bridge, rig.window, lambda: False)
        rig.engine.account.key = WAITING
        rig.engine.bus.tell(KeyChanged(WAITING))
        await rest()
        [said] = rig.window.activity.messages()
        assert said.startswith("Waiting for your keychain. Unlock it")
        assert rig.models.status.connection_words()[0].startswith("Waiting for your keychain.")
        found = KeyStatus(source=KeySource.KEYCHAIN)
        rig.engine.account.key = found
        rig.engine.bus.tell(KeyChanged(found))
        await rest()
        assert rig.window.activity.messages() == []
        assert not rig.models.status.connection_words()[0].startswith("Waiting")


async def test_refused_key_is_announced_once_until_it_is_accepted(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        KeyNotices(rig.bridge, rig.window, lambda: True)
        for due in (15.0, 30.0):
            rig.engine.bus.tell(ConnectionChanged(Connectivity(link=Link.KEY_REFUSED, next_try_at=due)))
            await rest()
        [said] = rig.window.activity.messages()
        assert "nothing is sent" in said
        rig.engine.bus.tell(ConnectionChanged(Connectivity(link=Link.CONNECTED)))
        await rest()
        assert rig.window.activity.messages() == []


async def test_welcome_page_reports_a_refused_key_by_itself(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        KeyNotices(rig.bridge, rig.window, lambda: False)
        rig.engine.bus.tell(ConnectionChanged(Connectivity(link=Link.KEY_REFUSED)))
        await rest()
        assert rig.window.activity.messages() == []
