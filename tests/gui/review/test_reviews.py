"""The reviews of a project: what a client said, what waits for the person, undo, and sending."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from runway_desktop.domain.task import Pick, TaskId
from runway_desktop.rooms.cut.entry import CutPage
from runway_desktop.rooms.review.delegates import WAITS
from runway_desktop.rooms.review.send_dialog import SendDialog
from runway_desktop.rooms.viewer.view import Viewer
from runway_desktop.ui.colors import COLORS, blend, contrast
from runway_desktop.ui.room import Review
from runway_desktop.usecases.commands.handing_on import REVIEW
from runway_desktop.values import replace
from tests.gui.review.reviewed import PROJECT, Reviewed, hash_of, reviewed
from tests.rigs.desktop import after, rest, until


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
            "Approved | No comment | Picked / was not picked",
            "Change | 00:02.1  Too early / 00:04.0  Good | tag change, 2 notes",
        ]


async def test_a_click_on_a_groups_header_folds_it_until_it_is_clicked_again(tmp_path: Path, theme) -> None:
    async with reviewed(tmp_path, theme) as film:
        await a_round(film)
        tree = film.page.tree

        def click() -> None:
            at = tree.visualItemRect(tree.topLevelItem(1)).center()
            QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=at)

        def folded() -> list[bool]:
            return [not tree.topLevelItem(group).isExpanded() for group in range(2)]

        click()
        assert folded() == [False, True]
        async with after(film.page.model.changed):
            film.page.model.refresh()
        assert folded() == [False, True], "what is read anew stays folded"
        click()
        assert folded() == [False, False]


@pytest.mark.parametrize("at", range(4), ids=["dark", "light", "strong dark", "strong light"])
def test_what_waits_is_read_on_its_amber_ground(at: int) -> None:
    colors = {role: values[at] for role, values in COLORS.items()}
    ground = blend(colors["surface"], colors["warn"], WAITS)
    for ink in ("text", "muted", "good", "warn", "bad"):
        assert contrast(colors[ink], ground) >= 4.5, ink


async def test_what_waits_is_settled_by_a_button_without_a_default(tmp_path: Path, theme) -> None:
    async with reviewed(tmp_path, theme) as film:
        await a_round(film)
        buttons = {
            one.accessibleName(): one for one in film.page.tree.findChildren(QPushButton) if one.accessibleName()
        }
        assert list(buttons) == ["Keep take 2, Shot 040, take 1", "Pick take 1, Shot 040, take 1"]
        assert not any(one.isDefault() for one in buttons.values())
        buttons["Pick take 1, Shot 040, take 1"].click()
        await until(lambda: film.cells[0].startswith("Done  3"))
        assert (film.pick_of(3), film.pick_of(4)) == (Pick.PICK, Pick.NONE)


async def test_a_take_says_how_it_stood_and_leads_to_the_cut_and_to_a_comments_time(tmp_path: Path, theme) -> None:
    async with reviewed(tmp_path, theme) as film:
        await a_round(film)
        await film.rig.load()
        film.rig.interior.add_preview()
        page, window = film.page, film.rig.window
        assert "Reviews, 1" in [one.accessibleName() for one in window.workspace.views_bar.findChildren(QPushButton)]
        assert "You picked take 2 after sending" in [one.text() for one in page.tree.findChildren(QLabel)]
        page.tree.setCurrentItem(page.tree.topLevelItem(1).child(1))
        told = [one.text() for one in page.side.findChildren(QLabel)]
        at = told.index("Picked, tags change, 2 notes")
        assert told[at - 2] == "Picked", "as it was before"
        assert told[at + 2].startswith("Round 2, ")
        next(one for one in page.comments.findChildren(QPushButton) if one.text() == "00:02.1").click()
        aside = page.player.playback
        await until(lambda: abs(aside.position - 2.0) < 0.1 and not aside.is_playing, "at its time, at the side")
        assert page.player.shown_path == film.rig.folder / "2.mp4"
        assert [round(at, 1) for at in aside.marks] == [2.1, 4.0]
        QTest.keyClick(page.tree, Qt.Key.Key_Return)
        await until(lambda: window.findChild(Viewer) and window.findChild(Viewer).isVisible())
        playback = window.preview.playback
        await until(lambda: abs(playback.position - 2.0) < 0.1 and not playback.is_playing)
        assert "Back to the reviews" in [
            one.accessibleName() for one in window.findChild(Viewer).findChildren(QPushButton)
        ]
        window.findChild(Viewer).step_back()
        page.tree.setCurrentItem(page.tree.topLevelItem(0).child(0))
        page.cut.click()
        await until(lambda: window.findChild(CutPage) and window.findChild(CutPage).chosen_ids() == ["t4"], "shot 040")


async def test_a_comment_on_a_second_result_opens_that_one(tmp_path: Path, theme) -> None:
    async with reviewed(tmp_path, theme) as film:
        clip = await film.take(1, "010")
        await film.second(clip)
        await film.send(clip, replace(clip, index=1, sha256=hash_of(2)))
        await film.answer((1, "change", ("Too early",)))
        await film.open()
        await until(lambda: len(film.cells) == 2)
        await film.rig.load()
        film.rig.interior.add_preview()
        second = film.rig.folder / "second.mp4"
        assert film.page.player.shown_path == second
        film.page.large.click()
        await until(lambda: film.rig.window.preview.shown_path == second)


async def test_a_take_that_the_search_hides_is_not_opened(tmp_path: Path, theme) -> None:
    async with reviewed(tmp_path, theme) as film:
        await a_round(film)
        await film.rig.load()
        film.rig.interior.add_preview()
        film.page.tree.setCurrentItem(film.page.tree.topLevelItem(1).child(1))
        film.rig.filter.search("nothing like it")
        await until(lambda: not film.rig.rows.task_count)
        film.page.large.click()
        await until(lambda: "The search hides this take. Clear it to open the take." in film.rig.told)
        assert film.rig.window.workspace.overlay is None


@pytest.mark.parametrize("place", ["table", "comments", "bar", "button"])
async def test_keyboard_undoes_an_answer_that_was_just_read(tmp_path: Path, theme, place: str) -> None:
    async with reviewed(tmp_path, theme) as film:
        await film.send(await film.take(1, "010"))
        await film.open()
        await film.answer((0, "approve", ("Good",)))
        await until(lambda: len(film.cells) == 2)
        page, window = film.page, film.rig.window
        places = {"table": page.tree, "comments": page.comments.boxes[0], "button": page.undo_all}
        bar = window.workspace.views_bar.findChildren(QPushButton)[0]
        places.get(place, bar).setFocus()
        assert window.focusWidget() is places.get(place, bar)
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: film.cells == [])
        assert film.pick_of(1) is Pick.NONE
        assert window.focusWidget() is (page if place in places else bar)


async def test_undo_takes_back_one_take_or_all(tmp_path: Path, theme) -> None:
    async with reviewed(tmp_path, theme) as film:
        await a_round(film)
        page = film.page
        page.tree.setCurrentItem(page.tree.topLevelItem(1).child(1))
        assert [one.accessibleName() for one in page.comments.boxes] == ["Done: Too early", "Done: Good"]
        page.comments.boxes[0].setFocus()
        page.comments.boxes[0].click()
        await until(lambda: film.rig.store.tasks[TaskId("t2")].marks[0].is_done)
        await rest()
        assert page.window().focusWidget() is page.comments.boxes[0]
        assert film.rig.window.findChild(Viewer) is None
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
        assert not film.page.player.isVisible()
        assert not any(one.isVisible() for one in film.page.side.findChildren(QPushButton)), "nothing was said"
        film.page.send.click()
        await until(lambda: film.rig.window.findChild(SendDialog))
        dialog = film.rig.window.findChild(SendDialog)
        await until(dialog.go.isEnabled)
        assert dialog.title.text() == f"{PROJECT}, round 1"
        dialog.folder.setText(" ")
        assert not dialog.go.isEnabled()
        assert "Choose a folder, with its whole path." in [one.text() for one in dialog.findChildren(QLabel)]
        dialog.folder.setText(str(tmp_path / "out"))
        dialog.shrinks.setChecked(False)
        QTest.keyClick(dialog.go, Qt.Key.Key_Return)
        await until(lambda: film.page.model.rounds)
        (one,) = film.page.model.rounds
        assert [clip.shot for clip in one.clips] == ["010"]
        bar = film.rig.window.workspace.views_bar
        await until(lambda: "Reviews, 1" in [chip.accessibleName() for chip in bar.findChildren(QPushButton)])
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
