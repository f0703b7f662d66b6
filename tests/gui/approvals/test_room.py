"""The page Requests: pending requests are shown in full and answered by mouse and keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QFileDialog, QLabel, QLineEdit

from runway_desktop.app.in_tray import InTray
from runway_desktop.domain.library import Filter, Page, Row
from runway_desktop.domain.permissions import COMMAND_LINE, Permission
from runway_desktop.domain.task import HoldCode, State
from runway_desktop.rooms.approvals.entry import ApprovalsPage
from runway_desktop.rooms.approvals.model import ApprovalsModel
from runway_desktop.ui.confirm import Confirm
from runway_desktop.ui.tasks.posters import PosterBox
from runway_desktop.usecases.clients.refusals import CallRefused
from runway_desktop.usecases.clients.verbs import TasksNamed, TaskWanted
from runway_desktop.usecases.commands.requests import EDIT_QUEUED
from runway_desktop.usecases.words import approvals as words
from runway_desktop.usecases.words.announcements import Announcement
from runway_desktop.usecases.words.states import Around, describe
from tests.gui.approvals.office import AGENT, Agents, an_office, opened
from tests.rigs import pill
from tests.rigs.cast import with_picture
from tests.rigs.desktop import Desktop, painted, rest, until
from tests.rigs.silent_icon import SilentIcon
from tests.rigs.targets import too_small

CTRL = Qt.KeyboardModifier.ControlModifier


def listed_pages(rig: Desktop) -> list[str]:
    pane = rig.window.workspace.pages
    role = Qt.ItemDataRole.AccessibleTextRole
    return [str(pane.item(row).data(role)) for row in range(pane.count())]


async def test_requests_page_is_listed_after_the_first_program_and_counts_pending_requests(tmp_path, theme):
    async with Desktop(tmp_path, theme) as rig:
        await rig.engine.clients.permit(COMMAND_LINE, Permission.ALLOWANCE, 100)
        await rest()
        assert not [said for said in listed_pages(rig) if said.startswith("Requests")], (
            "commands never wait for an answer"
        )
        await rig.engine.clients.permit(AGENT, Permission.ASK)
        await until(lambda: "Requests, 0" in listed_pages(rig))
        await Agents(rig).ask()
        await until(lambda: "Requests, 1" in listed_pages(rig))


async def test_request_is_shown_in_full_before_approval(tmp_path, theme):
    hostile = "A fox\n<b>html</b> \u202egnirts " + "long " * 30
    async with an_office(tmp_path, theme, hostile) as (rig, _):
        _, side = await opened(rig)
        await until(side.prompt.toPlainText)
        assert side.prompt.toPlainText() == hostile.replace("\u202e", "\\u202e"), "all of it, as it will be sent"
        said = [label.text() for label in side.findChildren(QLabel)]
        assert "Request from Claude Code" in said
        assert any("60 credits" in text for text in said)
        assert too_small(rig.window) == []
        await rest()
        before = side.prompt.height()
        rig.window.resize(1000, 700)
        await until(lambda: side.prompt.height() > before, "as high as its words where they have less room")


async def test_new_request_never_appears_under_a_key_about_to_be_pressed(tmp_path, theme):
    async with an_office(tmp_path, theme, "A fox", "A wolf") as (rig, agents):
        center, side = await opened(rig, 2)
        first, second = center.view.rows.ids
        await agents.cases.cancel(AGENT, TasksNamed(ids=[first]))
        await until(lambda: center.view.rows.ids == [second])
        third = await agents.ask("A bear")
        await until(lambda: center.view.rows.ids == [second, third])
        assert center.chosen_ids() == []
        center.view.setFocus()
        QTest.keyClick(center.view, Qt.Key.Key_Return, CTRL)
        await rest()
        assert {(await agents.task(one)).hold.code for one in (second, third)} == {HoldCode.APPROVAL}
        assert not side.approve.isVisible()


@pytest.mark.parametrize("within", ["list", "side"])
async def test_approve_key_approves_the_request_and_removes_it_from_the_list(tmp_path, theme, within):
    async with an_office(tmp_path, theme, "A fox", "A wolf") as (rig, agents):
        center, side = await opened(rig, 2)
        first, second = center.view.rows.ids
        assert center.chosen_ids() == [first]
        focused = side.prompt if within == "side" else center.view
        focused.setFocus()
        QTest.keyClick(focused, Qt.Key.Key_Return, CTRL)
        await until(lambda: center.view.rows.ids == [second])
        assert (await agents.task(first)).hold.code is HoldCode.ITS_TURN
        assert (await agents.task(second)).hold.code is HoldCode.APPROVAL
        assert center.chosen_ids() == [second], "the next one is looked at"


async def test_request_that_cannot_be_shown_leaves_the_pane_empty_and_is_not_approved(
    tmp_path, theme, monkeypatch, mistakes
):
    async with an_office(tmp_path, theme, "A fox", "A wolf") as (rig, agents):
        center, side = await opened(rig, 2)
        _, second = center.view.rows.ids
        settings_of = words.settings_of

        def fails(task, catalog):
            if task.id == second:
                raise OverflowError("int too large")
            return settings_of(task, catalog)

        monkeypatch.setattr(words, "settings_of", fails)
        assert (side.prompt.toPlainText(), side.prompt.isVisible(), side.approve.isEnabled()) == ("A fox", True, True)
        center.view.setFocus()
        QTest.keyClick(center.view, Qt.Key.Key_Down)
        assert not side.prompt.isVisible(), "nothing of the request before"
        assert not side.approve.isVisible()
        assert "This request cannot be shown." in " ".join(
            label.text() for label in side.findChildren(QLabel) if label.isVisible()
        )
        QTest.keyClick(center.view, Qt.Key.Key_Return, CTRL)
        await rest()
        assert (await agents.task(second)).hold.code is HoldCode.APPROVAL
        assert "int too large" in mistakes.take("showing a request")


async def test_checked_requests_are_refused_together_with_a_reason(tmp_path, theme):
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


async def test_send_key_on_the_requests_page_does_not_send_the_hidden_draft(tmp_path, theme):
    async with an_office(tmp_path, theme) as (rig, _):
        rig.composer.set_prompt("My own draft")
        await opened(rig, 0)
        for within in (rig.window, rig.window.search):
            within.setFocus()
            QTest.keyClick(within, Qt.Key.Key_Return, CTRL)
            await rest()
        assert rig.engine.ledger.open() == ()


async def test_request_can_be_edited_in_the_composer_and_approved_there(tmp_path, theme):
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


async def test_questions_about_an_edited_request_are_asked_before_approval(tmp_path, theme):
    async with an_office(tmp_path, theme, "A fox") as (rig, agents):
        rig.engine.settings.confirm_above = 20.0
        center, _ = await opened(rig)
        [task_id] = center.view.rows.ids
        center.give(EDIT_QUEUED)
        await until(lambda: rig.composer.editing == task_id)
        rig.composer.set_prompt("A red fox")
        rig.composer.send()
        await until(lambda: rig.window.findChild(Confirm))
        task = await agents.task(task_id)
        assert (task.request.prompt, task.hold.code) == ("A red fox", HoldCode.APPROVAL), "edited, and it still waits"
        rig.window.findChild(Confirm).accept()
        await until(lambda: rig.composer.editing is None)
        assert (await agents.task(task_id)).hold.code is HoldCode.ITS_TURN
        assert (await agents.cases.get(AGENT, TaskWanted(id=task_id))).decision == "edited"


async def test_requests_can_be_checked_and_approved_by_keyboard(tmp_path, theme):
    async with an_office(tmp_path, theme, "A fox", "A wolf", "A bear") as (rig, agents):
        center, _ = await opened(rig, 3)
        ids = center.view.rows.ids
        center.view.setFocus()
        QTest.keyClick(center.view, Qt.Key.Key_A, CTRL)
        assert center.chosen_ids() == ids
        QTest.keyClick(center.view, Qt.Key.Key_Return, CTRL)
        await until(lambda: center.view.rows.ids == [])
        assert {(await agents.task(task_id)).hold.code for task_id in ids} == {HoldCode.ITS_TURN}


async def test_allowance_is_shown_with_what_the_request_would_add(tmp_path, theme):
    async with an_office(tmp_path, theme) as (rig, agents):
        await rig.engine.clients.permit(AGENT, Permission.ALLOWANCE, 100)
        await agents.ask("Within")
        await agents.ask("Beyond")
        _, side = await opened(rig)
        said = [label.text() for label in side.findChildren(QLabel) if not label.isHidden()]
        assert "60 of 100 credits today for Claude Code" in said
        assert "20 over its allowance, so it needs approval. Approving doesn't raise the allowance." in said


async def test_repeated_request_says_what_became_of_the_first(tmp_path, theme):
    async with an_office(tmp_path, theme) as (rig, agents):
        await agents.ask("A fox", request_id="one")
        rig.clock.jump(60.0)
        await agents.ask("A fox", request_id="two")
        center, _ = await opened(rig, 2)
        [first, second] = [row.warning for row in center.view.rows.rows if row.task_id]
        assert first == ""
        assert second.startswith("Same as at ")
        assert second.endswith(", which also waits")


async def test_answered_requests_and_the_record_show_each_outcome(tmp_path, theme):
    async with an_office(tmp_path, theme, "A fox", "A wolf") as (rig, agents):
        center, side = await opened(rig, 2)
        ids = center.view.rows.ids
        await rig.engine.clients.refuse(ids[:1], "Too dark")
        await until(lambda: center.view.rows.ids == ids[1:])
        center.show_answered()
        await until(lambda: center.view.rows.ids == ids[:1])
        [row] = [row for row in center.view.rows.rows if row.task_id]
        assert (row.amount, row.warning) == ("Refused", "Too dark")
        words = describe(Row(task=await agents.task(ids[0])), Around())
        assert (words.headline, words.detail) == ("Refused by you", "nothing charged"), "not as if one had canceled it"
        assert not side.approve.isVisible()
        record = rig.window.findChild(ApprovalsModel).record
        answers = {(cells[1], cells[3]) for cells in record.cells}
        assert answers >= {
            ("Claude Code", "Waiting"),
            ("Claude Code", "Refused, with a note"),
            ("You", "Claude Code: Ask each time"),
        }


async def test_record_of_requests_is_exported_as_a_table(tmp_path, theme):
    async with an_office(tmp_path, theme, "=1+1") as (rig, _):
        center, _ = await opened(rig)
        await until(lambda: rig.window.findChild(ApprovalsModel).record.cells)
        center.export()
        dialog = center.window().findChild(QFileDialog)
        dialog.fileSelected.emit(str(tmp_path / "day.csv"))
        dialog.close()
        await until(lambda: "Exported as “day.csv”." in rig.told)
        assert "Claude Code" in (tmp_path / "day.csv").read_text("utf-8-sig")


async def test_all_programs_can_be_paused_and_resumed(tmp_path, theme):
    async with an_office(tmp_path, theme) as (rig, _):
        center, _ = await opened(rig, 0)
        center.pause.click()
        await until(lambda: center.pause.text() == "Resume")
        assert rig.engine.clients.are_paused
        center.pause.click()
        await until(lambda: center.pause.text() == "Pause all")
        assert not rig.engine.clients.are_paused


async def test_requests_received_in_the_background_are_announced_together(tmp_path, theme):
    async with an_office(tmp_path, theme) as (rig, agents):
        make_icon: Any = SilentIcon
        in_tray = InTray(rig.cases, rig.models, rig.runner, rig.window, make_icon=make_icon)
        said: list[Announcement] = []
        in_tray.announcements.announced.connect(said.append)
        for prompt in ("A fox", "A wolf"):
            await agents.ask(prompt)
        in_tray.announcements.flush()
        assert [(one.title, one.text, one.room) for one in said] == [
            ("2 requests need your approval", "Claude Code", "requests")
        ]
        in_tray.tray._told = said[0]
        in_tray.tray._clicked()
        await until(lambda: rig.window.workspace.page is not None)


async def test_pill_shows_the_number_of_pending_requests_and_opens_them(tmp_path, theme):
    async with an_office(tmp_path, theme, "A fox") as (rig, agents):
        InTray(rig.cases, rig.models, rig.runner, rig.window)
        assert rig.window.activity.messages() == ["1 request waiting"], "those too that an engine without a window took"
        await agents.ask("A wolf")
        assert rig.window.activity.messages() == ["2 requests waiting"]
        pill.press(rig.window, "Show")
        await until(lambda: rig.window.workspace.page is not None)
        await agents.ask("A bear")
        assert rig.window.activity.messages() == ["3 requests waiting"]
        await rig.engine.clients.refuse([task.id for task in rig.engine.clients.waiting()])
        rig.bridge.flush()
        assert rig.window.activity.messages() == []


async def test_read_only_program_is_reported_with_a_way_to_allow_more(tmp_path, theme):
    async with an_office(tmp_path, theme) as (rig, agents):
        with pytest.raises(CallRefused):
            await agents.ask(client="zed")
        [told] = rig.window.activity.messages()
        assert told == "Zed wants to generate, but may only read."
        pill.press(rig.window, "Open preferences")
        assert rig.room_requests == [("preferences", "Connected programs")]


async def test_queue_cannot_hold_or_release_a_request_pending_approval(tmp_path, theme):
    async with an_office(tmp_path, theme, "A fox") as (rig, agents):
        [task] = rig.engine.clients.waiting()
        rig.window.workspace.list.hold_all_wanted.emit()
        await until(lambda: rig.told)
        assert rig.told == ["A program requested it. Approve or refuse it."]
        assert not rig.rows.lane.is_all_held, "there is nothing to release"
        assert (await agents.task(task.id)).hold.code is HoldCode.APPROVAL


async def test_request_joins_the_queue_only_when_approved(tmp_path, theme):
    async with an_office(tmp_path, theme, "A fox") as (rig, _):
        [task] = rig.engine.clients.waiting()
        rig.filter.open_page(Filter(page=Page.WAITING_HERE), "Queue")
        await until(lambda: rig.rows.is_loaded and rig.pages.counts.pages[Page.ALL] == 1)
        assert (rig.pages.counts.pages[Page.WAITING_HERE], rig.rows.task_count) == (0, 0)
        assert rig.rows.lane.line() == ""
        await rig.engine.lane.pause()
        await rig.engine.queue_acts.release([task], is_next=False, key=task.key)
        await until(lambda: (rig.pages.counts.pages[Page.WAITING_HERE], rig.rows.task_count) == (1, 1))


async def test_request_that_arrives_after_the_last_answer_is_selected(tmp_path, theme):
    async with an_office(tmp_path, theme, "A fox") as (rig, agents):
        center, _ = await opened(rig)
        center.view.setFocus()
        QTest.keyClick(center.view, Qt.Key.Key_Return, CTRL)
        await until(lambda: not center.view.rows.ids)
        second = await agents.ask("A wolf")
        await until(lambda: center.view.rows.ids == [second])
        assert center.chosen_ids() == [second]


async def test_shortcut_opens_the_requests_page_from_anywhere(tmp_path, theme):
    async with an_office(tmp_path, theme, "A fox") as (rig, _):
        QTest.keyClick(rig.window, Qt.Key.Key_A, CTRL | Qt.KeyboardModifier.AltModifier)
        await until(lambda: rig.window.workspace.page is not None)
        center = rig.window.findChild(ApprovalsPage)
        assert center is not None
        await until(center.chosen_ids)
        assert center.view.hasFocus()


async def test_tab_order_of_the_requests_page_follows_the_layout(tmp_path, theme):
    async with an_office(tmp_path, theme, "A fox") as (rig, _):
        center, side = await opened(rig)
        await until(side.prompt.toPlainText)
        center.pause.setFocus()
        passed = []
        while rig.window.focusWidget() is not side.approve:
            passed.append(rig.window.focusWidget())
            rig.window.focusNextPrevChild(True)
            assert len(passed) < 10
        assert passed == [
            center.pause,
            center.view,
            center.export_button,
            center.record,
            side.prompt,
            side.refuse,
            side.edit,
        ]


async def test_inputs_of_a_request_are_shown_with_their_facts_and_links_as_text(tmp_path, tmp_path_factory, theme):
    async with an_office(tmp_path, theme, "A fox") as (rig, agents):
        folder = tmp_path_factory.mktemp("cast")
        Image.new("RGB", (320, 200), "teal").save(folder / "maya.png")
        await rig.engine.clients.allow_folders(AGENT, [str(folder)])
        link = f"https://example.com/{'a' * 90}.png"
        given = [{"uri": str(folder / "maya.png"), "tag": "maya"}, {"uri": link, "tag": "link"}]
        values = {"ratio": "1920:1080", "referenceImages": given}
        await agents.ask("@maya", endpoint="text_to_image", model="gen4_image", values=values)
        center, side = await opened(rig, 2)
        QTest.keyClick(center.view, Qt.Key.Key_Down)

        def said() -> str:
            seen = [label.text() for label in side.findChildren(QLabel) if label.isVisible()]
            return " ".join(seen).replace("\u200b", "")

        await until(lambda: "320×200" in said())
        assert all(word in said() for word in ("maya.png", str(folder), link)), "the link whole, and not fetched"
        QTest.keyClick(center.view, Qt.Key.Key_Up)
        assert "maya.png" not in said()
        QTest.keyClick(center.view, Qt.Key.Key_Down)
        await until(lambda: "320×200" in said(), "shown again when one comes back")


async def test_picture_of_a_member_that_a_program_names_is_shown_before_approval(tmp_path, theme):
    async with an_office(tmp_path, theme, "A fox") as (rig, agents):
        await with_picture(rig.engine, tmp_path)
        await rig.engine.clients.allow_cast(AGENT, allowed=True)
        await agents.ask("@maya waits", endpoint="text_to_image", model="gen4_image", values={"ratio": "1920:1080"})
        center, side = await opened(rig, 2)
        QTest.keyClick(center.view, Qt.Key.Key_Down)
        await until(lambda: side.findChildren(PosterBox))
        [box] = side.findChildren(PosterBox)
        await until(lambda: painted(box)[0] == QColor(len("Maya"), 0, 0), "the color of her picture")
        assert side.prompt.toPlainText() == "@Maya waits"
