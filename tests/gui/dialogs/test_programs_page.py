"""The page of connected programs shows and changes permissions, and follows changes made elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QFileDialog, QLabel, QListWidget, QProgressBar, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from runway_desktop.domain.permissions import COMMAND_LINE, Permission
from runway_desktop.rooms.preferences.entry import Preferences
from runway_desktop.rooms.preferences.model.forms import ProgramsForm
from runway_desktop.rooms.preferences.programs_page import ProgramRow
from runway_desktop.ui.choice_popup import ChoicePopup
from runway_desktop.ui.confirm import AskText, Confirm
from runway_desktop.usecases.words.clients import folder_words
from runway_desktop.usecases.words.plain import tip
from tests.rigs.dialogs_rig import Rig
from tests.rigs.seen import child
from tests.rigs.targets import too_small

AGENT = "claude-code"


class Page:
    """The open page, as a person has it."""

    def __init__(self, dialog: Preferences, rig: Rig, qtbot: QtBot) -> None:
        self.dialog, self.rig, self.qtbot = dialog, rig, qtbot

    def settle(self) -> None:
        """Until what changed was read and is shown."""
        self.rig.settle()
        self.qtbot.wait(200)
        self.rig.settle()
        form = self.dialog.findChild(ProgramsForm)
        assert form is not None
        self.qtbot.waitUntil(lambda: len(self.rows()) == len(form.programs))

    def rows(self) -> list[str]:
        return [row.accessibleName() for row in self.dialog.findChildren(ProgramRow) if row.isVisible()]

    def said(self, name: str = "") -> str:
        of = self.row(name) if name else self.dialog
        return "\n".join(label.text() for label in of.findChildren(QLabel) if label.isVisible())

    def row(self, name: str) -> ProgramRow:
        rows = self.dialog.findChildren(ProgramRow)
        return next(row for row in rows if row.accessibleName() == name and row.isVisible())

    def button(self, text: str, inside: QWidget | None = None) -> QPushButton:
        buttons = (inside or self.dialog).findChildren(QPushButton)
        return next(button for button in buttons if button.text().startswith(text) and button.isVisible())

    def choose(self, name: str, choice: str) -> None:
        row = self.row(name)
        next(one for one in row.findChildren(QPushButton) if one.property("kind") == "select").click()
        popup = child(row, ChoicePopup)
        choices = child(popup, QListWidget)
        choices.itemActivated.emit(choices.findItems(choice, Qt.MatchFlag.MatchStartsWith)[0])

    def permission(self, name: str) -> tuple[Permission, float]:
        client = self.rig.run(self.rig.cases.clients.client(name))
        return client.permission, client.credits


@pytest.fixture
def page(rig: Rig, preferences: Callable[[str], Preferences], qtbot: QtBot) -> Page:
    page = Page(preferences("Connected programs"), rig, qtbot)
    page.settle()
    return page


def test_programs_page_without_programs_explains_how_to_connect_one(page: Page):
    assert page.rows() == ["Command line"]
    assert "Add Runway Desktop to one of the programs below" in page.said()
    assert "Not seen yet" in page.said("Command line")


def test_connecting_program_appears_on_the_page_by_itself(page: Page):
    page.rig.run(page.rig.cases.clients.saw(AGENT))
    page.rig.cases.clients.connected = {AGENT: 1}
    page.settle()
    assert page.rows() == ["Claude Code", "Command line"]
    assert "Connected now" in page.said("Claude Code")
    assert "Add Runway Desktop to one of the programs below" not in page.said()
    page.rig.cases.clients.connected = {}
    page.rig.cases.clients.changed()
    page.settle()
    assert "Last seen today" in page.said("Claude Code")


def test_permission_is_granted_and_an_allowance_needs_a_number(page: Page, qtbot: QtBot):
    page.rig.run(page.rig.cases.clients.saw(AGENT))
    page.settle()
    page.choose("Claude Code", "Ask each time")
    page.settle()
    assert page.permission(AGENT) == (Permission.ASK, 0.0)
    page.choose("Claude Code", "Daily allowance")
    assert page.permission(AGENT) == (Permission.ASK, 0.0), "not before the number is confirmed"
    asking = child(page.dialog, AskText)
    for wrong in ("", "0", "-5", "1e3", "٣", "999999999999"):
        asking._line.setText(wrong)
        assert not page.button("Allow", asking).isEnabled(), wrong
    asking._line.setText("1,200")
    page.button("Allow", asking).click()
    page.settle()
    assert page.permission(AGENT) == (Permission.ALLOWANCE, 1200.0)
    assert "0 of 1,200 credits today" in page.said("Claude Code")
    assert child(page.row("Claude Code"), QProgressBar).isVisible()
    assert page.button("Allowance: 1,200 a day", page.row("Claude Code"))


def test_command_line_gets_credits_without_approval_questions(page: Page):
    row = page.row("Command line")
    page.button("Read only", row).click()
    choices = child(child(row, ChoicePopup), QListWidget)
    assert [choices.item(at).text() for at in range(choices.count())] == ["Read only", "Daily limit…"]
    choices.itemActivated.emit(choices.item(1))
    page.button("Allow", child(page.dialog, AskText)).click()
    page.settle()
    assert page.permission(COMMAND_LINE) == (Permission.ALLOWANCE, 200.0)
    assert page.button("Up to 200 credits a day", page.row("Command line"))


def test_access_is_revoked_after_a_question_and_granted_again_as_read_only(page: Page, qtbot: QtBot):
    page.rig.run(page.rig.cases.clients.permit(AGENT, Permission.ALLOWANCE, 50))
    page.settle()
    page.button("Revoke", page.row("Claude Code")).click()
    question = child(page.dialog, Confirm)
    assert "gets no answers" in question.accessibleDescription()
    qtbot.keyClick(question, Qt.Key.Key_Escape)
    assert page.permission(AGENT) == (Permission.ALLOWANCE, 50.0)
    page.button("Revoke", page.row("Claude Code")).click()
    question = next(one for one in page.dialog.findChildren(Confirm) if one.isVisible())
    page.button("Revoke access", question).click()
    page.settle()
    assert page.permission(AGENT)[0] is Permission.REVOKED
    again = page.button("Allow again", page.row("Claude Code"))
    again.setFocus()
    again.click()
    page.settle()
    assert page.permission(AGENT)[0] is Permission.READ
    assert page.dialog.focusWidget() is page.button("Revoke", page.row("Claude Code")), "the keyboard stays there"


def test_all_programs_can_be_paused_and_resumed(page: Page):
    page.button("Pause all").click()
    page.settle()
    assert page.rig.cases.clients.are_paused
    assert "All programs are paused" in page.said()
    page.button("Resume").click()
    page.settle()
    assert not page.rig.cases.clients.are_paused
    assert "All programs are paused" not in page.said()


def test_record_of_requests_opens_from_the_programs_page(page: Page, qtbot: QtBot):
    with qtbot.waitSignal(page.dialog.requests_wanted, timeout=1_000):
        page.button("Request history").click()


def choose_folder(page: Page, folder: Path) -> None:
    page.button("Add folder", page.row("Claude Code")).click()
    child(page.dialog, QFileDialog).fileSelected.emit(str(folder))
    page.settle()


def test_folders_are_shared_and_removed_one_by_one(page: Page, tmp_path: Path):
    cast = tmp_path / "cast <b>"
    cast.mkdir()
    page.rig.run(page.rig.cases.clients.permit(AGENT, Permission.ASK))
    page.settle()
    assert "Finished tasks may always be used" in page.said("Claude Code")
    choose_folder(page, cast)
    assert page.rig.run(page.rig.cases.clients.client(AGENT)).folders == (str(cast),)
    chip = next(one for one in page.row("Claude Code").findChildren(QPushButton) if "cast" in one.text())
    assert chip.toolTip() == tip(f"Remove {cast}")
    chip.click()
    page.settle()
    assert page.rig.run(page.rig.cases.clients.client(AGENT)).folders == ()


def test_use_of_the_cast_is_allowed_and_taken_back(page: Page):
    page.rig.run(page.rig.cases.clients.permit(AGENT, Permission.ASK))
    page.settle()
    box = child(page.row("Claude Code"), QCheckBox)
    assert box.text() == "May use the cast"
    for allowed in (True, False):
        box.click()
        page.settle()
        client = page.rig.run(page.rig.cases.clients.client(AGENT))
        assert (client.may_use_cast, box.isChecked()) == (allowed, allowed)


def test_folders_removed_one_after_the_other_are_all_gone(page: Page, tmp_path: Path):
    folders = [str(tmp_path / name) for name in ("a", "b", "c")]
    page.rig.run(page.rig.cases.clients.permit(AGENT, Permission.ASK))
    page.rig.run(page.rig.cases.clients.allow_folders(AGENT, folders))
    page.settle()
    for name in ("a", "c"):
        page.button(folder_words(str(tmp_path / name), Path.home()), page.row("Claude Code")).click()
    page.settle()
    assert page.rig.run(page.rig.cases.clients.client(AGENT)).folders == (folders[1],)


def test_sharing_a_folder_that_is_too_broad_is_refused_with_a_sentence(page: Page):
    page.rig.run(page.rig.cases.clients.permit(AGENT, Permission.ASK))
    page.settle()
    choose_folder(page, Path.home())
    assert "This folder contains everything of yours." in page.said("Claude Code")
    assert page.rig.run(page.rig.cases.clients.client(AGENT)).folders == ()


def test_commands_and_read_only_programs_have_no_shared_folders(page: Page):
    page.rig.run(page.rig.cases.clients.saw(AGENT))
    page.rig.run(page.rig.cases.clients.permit(COMMAND_LINE, Permission.ALLOWANCE, 10))
    page.settle()
    assert "Folders it may read" not in page.said()


@pytest.mark.parametrize("name", ["<img src=x><b>bold</b>", "edoc\u202eedualc", "x" * 60, "猫の撮影スクリプト"])
def test_program_name_is_shown_as_plain_text(name: str, page: Page):
    page.rig.run(page.rig.cases.clients.saw(name))
    page.settle()
    rows = [row for row in page.dialog.findChildren(ProgramRow) if row.isVisible()]
    for label in rows[0].findChildren(QLabel):
        assert label.textFormat() is Qt.TextFormat.PlainText or not label.text()
        assert "\u202e" not in label.text()
    assert all("<img" not in widget.toolTip() for widget in rows[0].findChildren(QWidget))
    assert not too_small(page.dialog)


def test_programs_page_lists_many_programs(page: Page):
    async def see() -> None:
        for number in range(40):
            await page.rig.cases.clients.saw(f"script {number:02}")

    page.rig.run(see())
    page.settle()
    assert page.rows() == [*(f"script {number:02}" for number in range(40)), "Command line"]
