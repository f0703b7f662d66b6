"""The room Requests in the window: what waits is seen in full, and answered from there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLineEdit

from runway_desktop.domain.clients import Permission
from runway_desktop.domain.task import HoldCode, State, TaskId
from runway_desktop.ui.requests.center import RequestsCenter
from runway_desktop.ui.requests.side import RequestSide
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.clients.client_cases import ClientCases
from runway_desktop.usecases.clients.creating import TaskWished
from tests.engine_rig import request
from tests.gui.rig import Desktop, rest, until
from tests.gui.targets import too_small

AGENT = "claude-code"
CTRL = Qt.KeyboardModifier.ControlModifier


class Agents:
    """Programs that ask."""

    def __init__(self, rig: Desktop) -> None:
        self.rig = rig
        self.cases: ClientCases = rig.cases.client_cases(lambda: rest(1))

    async def ask(self, prompt: str = "A fox", client: str = AGENT, **more: Any) -> TaskId:
        values = {"ratio": "1280:720", "duration": 5, **more.pop("values", {})}
        given = {"endpoint": "text_to_video", "model": "gen4.5", "request_id": prompt[:60], **more}
        made = await self.cases.create(client, TaskWished(values=values, prompt=prompt, **given))
        return TaskId(made["task_id"])

    async def task(self, task_id: TaskId) -> Any:
        return await self.rig.engine.ledger.task(task_id)


@asynccontextmanager
async def an_office(folder: Path, theme: Theme, *prompts: str, **more: Any) -> AsyncIterator[tuple[Desktop, Agents]]:
    async with Desktop(folder, theme, **more) as rig:
        like = request("A fox", model="gen4.5", endpoint="text_to_video", ratio="1280:720", duration=5)
        await rig.engine.pricing.learn(like, 60.0)
        await rig.engine.clients.permit(AGENT, Permission.ASK)
        agents = Agents(rig)
        for prompt in prompts:
            await agents.ask(prompt)
        yield rig, agents


async def opened(rig: Desktop, rows: int = 1) -> tuple[RequestsCenter, RequestSide]:
    rig.open_room("requests")
    await until(lambda: rig.window.workspace.page is not None)
    center, side = rig.window.findChild(RequestsCenter), rig.window.findChild(RequestSide)
    await until(lambda: len(center.view.rows.ids) == rows)
    return center, side


def places(rig: Desktop) -> list[str]:
    pane = rig.window.workspace.places
    role = Qt.ItemDataRole.AccessibleTextRole
    return [str(pane.item(row).data(role)) for row in range(pane.count())]


async def test_it_is_listed_once_a_program_was_ever_there_and_counts_what_waits(tmp_path, theme):
    async with Desktop(tmp_path, theme) as rig:
        await rest()
        assert not [said for said in places(rig) if said.startswith("Requests")]
        await rig.engine.clients.permit(AGENT, Permission.ASK)
        await until(lambda: "Requests, 0" in places(rig))
        await Agents(rig).ask()
        await until(lambda: "Requests, 1" in places(rig))


async def test_a_request_is_shown_in_full_before_it_is_approved(tmp_path, theme):
    hostile = "A fox\n<b>html</b> \u202egnirts " + "long " * 180
    async with an_office(tmp_path, theme, hostile) as (rig, _):
        _, side = await opened(rig)
        await until(side.prompt.toPlainText)
        assert side.prompt.toPlainText() == hostile.replace("\u202e", "\\u202e"), "all of it, as it will be sent"
        said = [label.text() for label in side.findChildren(type(side._headline))]
        assert "Claude Code asks for one clip" in said
        assert any("60 credits" in text for text in said)
        assert too_small(rig.window) == []


async def test_it_is_approved_by_its_key_and_leaves_the_list(tmp_path, theme):
    async with an_office(tmp_path, theme, "A fox", "A wolf") as (rig, agents):
        center, _ = await opened(rig, 2)
        first, second = center.view.rows.ids
        assert center.chosen_ids() == [first]
        center.view.setFocus()
        QTest.keyClick(center.view, Qt.Key.Key_Return, CTRL)
        await until(lambda: center.view.rows.ids == [second])
        assert (await agents.task(first)).hold.code is HoldCode.ITS_TURN
        assert (await agents.task(second)).hold.code is HoldCode.APPROVAL
        assert center.chosen_ids() == [second], "the next one is looked at"


async def test_several_that_are_checked_are_refused_together_with_a_reason(tmp_path, theme):
    async with an_office(tmp_path, theme, "A fox", "A wolf", "A bear") as (rig, agents):
        center, side = await opened(rig, 3)
        ids = center.view.rows.ids
        center.view.setFocus()
        QTest.keyClick(center.view, Qt.Key.Key_Space)
        QTest.keyClick(center.view, Qt.Key.Key_Down)
        QTest.keyClick(center.view, Qt.Key.Key_Space)
        assert center.chosen_ids() == ids[:2]
        assert "Refuse 2" in side.refuse.text()
        assert "Approve 2" in side.approve.text()
        assert "120 credits" in side.approve.text()
        QTest.keyClick(center.view, Qt.Key.Key_X)
        await until(lambda: rig.window.findChild(QDialog))
        dialog = rig.window.findChild(QDialog)
        dialog.findChild(QLineEdit).setText("Too dark")
        dialog.accept()
        await until(lambda: center.view.rows.ids == ids[2:])
        for task_id in ids[:2]:
            assert (await agents.task(task_id)).state is State.CANCELLED
        assert {one.reason for one in (await rig.engine.clients.of(ids[:2])).values()} == {"Too dark"}


async def test_the_composers_draft_is_not_sent_by_the_key_of_a_page_that_hides_it(tmp_path, theme):
    async with an_office(tmp_path, theme) as (rig, _):
        rig.composer.set_prompt("My own draft")
        await opened(rig, 0)
        for within in (rig.window, rig.window.search):
            within.setFocus()
            QTest.keyClick(within, Qt.Key.Key_Return, CTRL)
            await rest()
        assert rig.engine.ledger.open() == ()


async def test_it_is_edited_in_the_composer_and_approved_there(tmp_path, theme):
    async with an_office(tmp_path, theme, "A fox") as (rig, agents):
        center, _ = await opened(rig)
        [task_id] = center.view.rows.ids
        center.view.setFocus()
        QTest.keyClick(center.view, Qt.Key.Key_E, CTRL)
        await until(lambda: rig.composer.editing == task_id)
        assert rig.window.workspace.page is None, "the composer is there"
        rig.composer.set_prompt("A red fox")
        button = rig.composer.button()
        assert (button.text, button.price) == ("Approve", "60 credits")
        rig.composer.send()
        await until(lambda: rig.composer.editing is None)
        task = await agents.task(task_id)
        assert (task.request.prompt, task.hold.code) == ("A red fox", HoldCode.ITS_TURN)
