"""The steps of a project: the board by keyboard and for a screen reader, judging on it, and the bill before sending."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from runway_desktop.domain.task import Pick, TaskId
from tests.gui.steps.film import CLIP, Film, a_film
from tests.rigs.desktop import until

KEYS = Qt.Key


def press(film: Film, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(film.page.board, key, modifiers)


async def test_cells_say_shot_step_takes_picks_and_what_can_go_on(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        assert list(film.cells.values()) == [
            "Shot 010, Text → image: 2 takes, 1 picked",
            "Shot 010, Image → video: no takes, 1 pick ready to go on. price not known",
            "Shot 020, Text → image: 2 takes",
            "Shot 020, Image → video: no takes. Waits for a pick in 1",
        ]


async def test_arrows_go_through_takes_and_then_cells(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        board = film.page.board
        seen = [board.current_id()]
        for key in (KEYS.Key_Right, KEYS.Key_Right, KEYS.Key_Left, KEYS.Key_Down, KEYS.Key_Up):
            press(film, key)
            seen.append(board.current_id())
        assert seen == ["t1", "t2", None, "t2", "t4", "t2"]
        assert film.page.chosen_ids() == ["t2"]


async def test_pick_by_key_goes_on_to_the_next_take_and_makes_it_ready(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        film.page.board.go_to(TaskId("t3"))
        press(film, KEYS.Key_P)
        await until(lambda: len(film.page.model.ready) == 2)
        assert film.page.board.current_id() == "t4"
        press(film, KEYS.Key_A)
        press(film, KEYS.Key_X)
        await until(lambda: film.page.model.row(TaskId("t4")).task.pick is Pick.REJECT)
        assert film.page.board.current_id() == "t4"


async def test_continue_shows_its_bill_and_a_press_on_the_bill_sends(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        press(film, KEYS.Key_Return, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: film.page.bill_shown is not None)
        bill = film.page.bill_shown
        assert not film.rig.runway.named("create")
        [send] = [one for one in bill.findChildren(QPushButton) if one.hasFocus()]
        QTest.keyClick(send, KEYS.Key_Return)
        await until(lambda: not film.page.model.ready and film.page.model.board.rows[0].cells[1].takes)
        [made] = film.page.model.board.rows[0].cells[1].takes
        assert (made.row.task.step, made.row.task.made_of.task_id) == (CLIP.id, "t2")
        assert film.cells["010", "2"].startswith("Shot 010, Image → video: 1 take")


async def test_project_without_a_chain_offers_the_usual_one(tmp_path, theme):
    async with a_film(tmp_path, theme, chain=None) as film:
        await film.open()
        [make] = [one for one in film.page.findChildren(QPushButton) if one.isVisible()]
        assert make.text() == "Make this chain"
        make.click()
        await until(lambda: film.page.model.chain is not None)
        assert [step.endpoint for step in film.page.model.chain.steps] == [
            "text_to_image",
            "image_to_video",
            "video_upscale",
        ]
        assert film.cells["010", "1"] == "Shot 010, Text → image: 2 takes, 1 picked"
