"""The reviews of a project: what a client said, what waits for the person, undo, and sending."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from runway_desktop.domain.task import Pick, TaskId
from runway_desktop.rooms.review.send_dialog import SendDialog
from runway_desktop.ui.room import Review
from runway_desktop.usecases.commands.handing_on import REVIEW
from tests.gui.review.reviewed import PROJECT, Reviewed, reviewed
from tests.rigs.desktop import rest, until


async def a_round(film: Reviewed) -> None:
    """The person picked another take of shot 040 after sending."""
    clips = [await film.take(1, "010"), await film.take(2, "020", pick=Pick.PICK), await film.take(3, "040")]
    await film.send(*clips)
    await film.rig.clock.advance(60)
    await film.take(4, "040", pick=Pick.PICK, picked_at=film.rig.clock.now())
    await film.answer((0, "approve", ()), (1, "change", ("Too early", "Good")), (2, "approve", ("This one",)))
    await film.open()
    await until(lambda: len(film.cells) == 5)


async def test_what_a_client_said_stands_beside_what_became_of_it(tmp_path: Path, theme) -> None:
    async with reviewed(tmp_path, theme) as film:
        await a_round(film)
        assert film.cells == [
            "Needs you  1 · nothing of yours was changed",
            "Approved | 00:02.1  This one | ",
            "Done  2 · as notes and picks",
            "Approved | No comment | Picked",
            "Change | 00:02.1  Too early / 00:04.0  Good | tag change, 2 notes",
        ]


async def test_what_waits_is_settled_by_a_button_without_a_default(tmp_path: Path, theme) -> None:
    async with reviewed(tmp_path, theme) as film:
        await a_round(film)
        buttons = {
            one.accessibleName(): one for one in film.page.tree.findChildren(QPushButton) if one.accessibleName()
        }
        assert list(buttons) == ["Keep as it is, Shot 040, take 1", "Pick take 1, Shot 040, take 1"]
        assert not any(one.isDefault() for one in buttons.values())
        buttons["Pick take 1, Shot 040, take 1"].click()
        await until(lambda: film.cells[0].startswith("Done  3"))
        assert (film.pick_of(3), film.pick_of(4)) == (Pick.PICK, Pick.NONE)


async def test_undo_takes_back_one_take_or_all(tmp_path: Path, theme) -> None:
    async with reviewed(tmp_path, theme) as film:
        await a_round(film)
        page = film.page
        page.tree.setCurrentItem(page.tree.topLevelItem(1).child(1))
        assert [page.comments.item(row).text() for row in range(2)] == ["00:02.1  Too early", "00:04.0  Good"]
        page.comments.item(0).setCheckState(Qt.CheckState.Checked)
        await until(lambda: film.rig.store.tasks[TaskId("t2")].marks[0].is_done)
        page.undo_one.click()
        await until(lambda: film.rig.store.tasks[TaskId("t2")].marks == ())
        assert film.pick_of(1) is Pick.PICK
        page.undo_all.click()
        await until(lambda: film.cells == [])
        assert film.pick_of(1) is Pick.NONE


async def test_send_writes_the_picks_and_lists_the_round(tmp_path: Path, theme) -> None:
    async with reviewed(tmp_path, theme) as film:
        await film.take(1, "010", pick=Pick.PICK)
        await film.take(2, "020")
        await film.open()
        film.page.send.click()
        await until(lambda: film.rig.window.findChild(SendDialog))
        dialog = film.rig.window.findChild(SendDialog)
        await until(dialog.go.isEnabled)
        assert dialog.title.text() == f"{PROJECT}, round 1"
        dialog.folder.setText(str(tmp_path / "out"))
        dialog.shrinks.setChecked(False)
        QTest.keyClick(dialog.go, Qt.Key.Key_Return)
        await until(lambda: film.page.model.rounds)
        (one,) = film.page.model.rounds
        assert [clip.shot for clip in one.clips] == ["010"]
        assert (tmp_path / "out" / f"{PROJECT}, round 1.html").is_file()


async def test_selected_takes_are_sent_by_their_command(tmp_path: Path, theme) -> None:
    async with reviewed(tmp_path, theme) as film:
        await film.take(1, "010")
        await film.take(2, "020")
        film.rig.rows.refresh()
        await until(lambda: film.rig.rows.row_of(TaskId("t2")))
        film.rig.task_commands.carry_out(REVIEW, [film.rig.rows.row_of(TaskId("t2"))])
        await until(lambda: film.rig.window.findChild(SendDialog))
        dialog = film.rig.window.findChild(SendDialog)
        await until(dialog.go.isEnabled)
        dialog.reject()
        film.rig.open_room("review", Review([TaskId("t1")]))
        await until(lambda: film.rig.window.findChild(SendDialog) not in (None, dialog))
        film.rig.window.findChild(SendDialog).reject()
        await rest()
