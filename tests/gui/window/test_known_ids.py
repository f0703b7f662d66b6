"""The prompt for the id of an uncertain task lists the known ids that are not in the list."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton

from runway_desktop.domain.events import EngineNotice, EngineNoticeCode
from runway_desktop.domain.task import State, TaskId
from runway_desktop.services.tasks.accepted_ids import AcceptedId
from runway_desktop.ui.confirm import AskText
from tests.rigs.desktop import Desktop, until
from tests.rigs.fake_runway import remote_id
from tests.rigs.rows import task


async def ask_for_the_id(rig: Desktop, *known: int) -> AskText:
    ids = rig.parts.ids
    assert ids is not None
    await ids.open()
    for number in known:
        await ids.keep(AcceptedId(task_id=TaskId(f"lost {number}"), remote_id=remote_id(number), at=float(number)))
    # As at the next start.
    await ids.open()
    await rig.put(task(1, State.UNCERTAIN))
    await rig.engine.ledger.load()
    rig.rows.refresh()
    await until(lambda: rig.rows.position(TaskId("t1")) is not None)
    await rig.fetch_rows()
    rig.window.view.select([TaskId("t1")])
    await until(lambda: rig.details.row is not None)
    pane = rig.window.workspace.details
    next(button for button in pane.findChildren(QPushButton) if button.text() == "Enter its ID…").click()
    await until(lambda: rig.window.findChildren(AskText))
    return rig.window.findChild(AskText)


def words(dialog: AskText) -> str:
    return " ".join(label.text() for label in dialog.findChildren(QLabel))


async def test_only_known_orphaned_id_is_prefilled(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        dialog = await ask_for_the_id(rig, 7)
        assert dialog.findChild(QLineEdit).text() == remote_id(7)
        assert remote_id(7) in words(dialog)
        dialog.accept()
        await until(lambda: rig.store.tasks["t1"].remote_id == remote_id(7))


async def test_person_chooses_among_several_orphaned_ids(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        dialog = await ask_for_the_id(rig, 7, 8)
        assert dialog.findChild(QLineEdit).text() == ""
        assert remote_id(7) in words(dialog)
        assert remote_id(8) in words(dialog)
        dialog.reject()


async def test_nothing_is_offered_without_an_orphaned_id(tmp_path, theme, qtbot):
    async with Desktop(tmp_path, theme) as rig:
        dialog = await ask_for_the_id(rig)
        assert dialog.findChild(QLineEdit).text() == ""
        assert "from a log or from support" in words(dialog)
        dialog.reject()


@pytest.mark.parametrize("action", ["Follow", "Dismiss"])
async def test_orphaned_ids_are_offered_until_the_person_answered(tmp_path, theme, qtbot, action: str):
    async with Desktop(tmp_path, theme) as rig:
        ids = rig.parts.ids
        assert ids is not None
        await ids.open()
        await ids.keep(AcceptedId(task_id=TaskId("lost"), remote_id=remote_id(7), at=7.0))
        await ids.open()
        rig.engine.bus.tell(EngineNotice(EngineNoticeCode.UNKNOWN_IDS, (remote_id(7),)))
        activity = rig.models.activity
        [entry] = [one for one in activity.listed.waiting if "not in the list" in one.message]
        assert [one.is_told for one in ids.left] == [False]
        activity.take(entry, next(one for one in entry.actions if one.text == action))
        await until(lambda: [one.is_told for one in ids.left] == [True])
        if action == "Follow":
            await until(lambda: [one.remote_id for one in rig.store.tasks.values()] == [remote_id(7)])
        assert not [one for one in activity.listed.waiting if "not in the list" in one.message]
