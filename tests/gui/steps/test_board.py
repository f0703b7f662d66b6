"""The steps of a project: the board by keyboard and for a screen reader, judging on it, and the bill before sending."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton

from runway_desktop.domain.failures import Failure
from runway_desktop.domain.film.steps import Step, StepInput
from runway_desktop.domain.task import Pick, State, StepId, TaskId, Trim
from runway_desktop.rooms.steps.headers import StepHead
from runway_desktop.rooms.steps.room import AGAIN
from runway_desktop.services.intake.found_inputs import path_of
from runway_desktop.services.money.pricing import read_published
from runway_desktop.ui.composer.field_editors import Chip
from runway_desktop.values import replace
from tests.gui.steps.film import CHAIN, CLIP, PICTURE, PROJECT, Film, a_film
from tests.rigs.desktop import rest, until
from tests.rigs.rows import task

KEYS = Qt.Key
OPENED, FRAME = 0.2, 0.016
"""Seconds."""


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


async def test_heads_stand_over_their_columns_from_the_start(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        await rest()
        board = film.page.board
        heads = [head.geometry() for head in film.page.findChildren(StepHead)]
        assert [head.left() for head in heads] == [board.columnViewportPosition(at) for at in range(2)]
        assert all(head.height() == board.horizontalHeader().height() > 60 for head in heads)


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


async def test_tab_goes_from_the_bar_through_the_heads_to_board_and_button(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        film.page.tools.advance.setFocus()
        reached = []
        while not film.page.foot.go_on.hasFocus():
            reached.append(film.rig.window.focusWidget().accessibleName())
            QTest.keyClick(film.rig.window.focusWidget(), KEYS.Key_Tab)
        assert reached == [
            "Next after judging", "Chain: Storm", "Add a step",
            "Model of step Text → image", "Size", "Takes of each pick: 1", "More of step Text → image",
            "Model of step Image → video", "Duration", "Takes of each pick: 1", "More of step Image → video",
            "1 pick ready", "Steps",
        ]  # fmt: skip


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
        assert not film.page.model.board.rows[0].cells[1].takes
        await film.send()
        [made] = film.page.model.board.rows[0].cells[1].takes
        assert (made.row.task.step, made.row.task.made_of.task_id) == (CLIP.id, "t2")
        assert film.cells["010", "2"].startswith("Shot 010, Image → video: 1 take")


async def test_escape_and_letters_in_a_popup_of_a_chip_stay_there(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        [chip] = [one for one in film.page.findChildren(Chip) if one.accessibleName() == "Duration"]
        for key in (KEYS.Key_P, KEYS.Key_Escape):
            if QApplication.activePopupWidget() is None:
                chip.click()
            QTest.keyClick(QApplication.focusWidget(), key)
            await rest()
        assert QApplication.activePopupWidget() is None
        assert film.page.isVisible()
        assert film.page.model.row(TaskId("t1")).task.pick is Pick.NONE


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


async def test_pick_that_was_continued_is_marked_and_asked_about_before_it_goes_on_again(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        await film.send()
        film.page.board.go_to(TaskId("t2"))
        assert [row.task.id for row in film.page.model.table.cell(0, 0).done] == ["t2"]
        assert film.page.model.why_no_take == ""
        AGAIN.does(film.page)
        await until(lambda: film.page.bill_shown is not None)
        said = [one.text() for one in film.page.bill_shown.findChildren(QLabel)]
        assert said[0] == "Continue 1 pick again?"
        assert "1 pick was continued before. Its results stay; the new one is charged." in " ".join(said)
        assert [one.text() for one in film.page.bill_shown.findChildren(QPushButton) if one.hasFocus()] == [
            "Don't send"
        ]


async def test_menu_of_a_take_continues_it_if_it_is_a_pick(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        offered = []
        for take in ("t1", "t2"):
            film.page.board.go_to(TaskId(take))
            press(film, KEYS.Key_F10, Qt.KeyboardModifier.ShiftModifier)
            menu = QApplication.activePopupWidget()
            assert isinstance(menu, QMenu)
            offered.append(menu.actions()[0].isEnabled())
            again = menu.actions()[0]
            if not again.isEnabled():
                menu.close()
        assert (again.text(), offered) == ("Continue this pick…", [False, True])
        again.trigger()
        menu.close()
        await until(lambda: film.page.bill_shown is not None)


async def test_bill_says_whose_picks_they_are_and_offers_to_raise_the_cap(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.picture(5, shot="030", pick=Pick.PICK, picked_by="Jana")
        await film.open()
        await film.rig.engine.pricing.learn(film.page.model.ready[0].request, 60.0)
        film.rig.engine.settings.set("day_cap", 100.0)
        film.page.model.prepare()
        await until(lambda: film.page.bill_shown is not None)
        bill = film.page.bill_shown
        assert "1 yours and 1 of Jana" in [one.text() for one in bill.findChildren(QLabel)]
        *_, raises = [one for one in bill.findChildren(QPushButton) if one.isVisible()]
        assert raises.text() == "Raise today's cap to 120 and continue"
        raises.click()
        await until(lambda: not film.page.model.ready)
        assert film.rig.engine.settings.day_cap == 120.0


async def test_last_frame_is_decoded_by_the_window_for_the_bill(tmp_path, theme):
    chain = replace(CHAIN, steps=(PICTURE, CLIP, replace(CLIP, id=StepId("s3"), input=StepInput.LAST_FRAME)))
    async with a_film(tmp_path, theme, chain=chain) as film:
        await film.clip(7, trims=(Trim(0, 0.0, 2.0),))
        await film.open()
        film.page.model.prepare(StepId("s3"))
        await until(lambda: film.page.bill_shown is not None)
        bill = film.page.model.bill
        assert bill is not None
        kept = path_of(bill.ready[0].request.values["promptImage"])
        assert (bill.left_out, kept and kept.name) == ((), "7, last frame before 2.000 s.png")


async def test_refused_take_leads_to_its_prompt_in_the_composer(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        refusal = Failure(code="SAFETY.INPUT.TEXT")
        failed = task(9, State.FAILED, "Refused", project=PROJECT, shot="020", failure=refusal, step=CLIP.id)
        await film.rig.put(failed)
        await film.rig.load()
        await film.open()
        assert film.page.model.table.cell(1, 1).beside.detail == "Edit prompt"
        film.page.board.go_to(TaskId("t9"))
        press(film, KEYS.Key_Return)
        await until(lambda: film.rig.composer.prompt == "Refused")
        assert film.rig.window.composer_pane.isVisible()


async def test_takes_without_a_shot_stand_in_a_row_of_their_own(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.picture(5, shot="")
        await film.open()
        assert film.cells["Without a shot", "1"] == "Without a shot, Text → image: 1 take"


async def test_step_is_added_changed_and_removed_with_undo_and_its_problem_is_told(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        model = film.page.model
        assert [way.text for way in model.ways()][:1] == ["Last frame as first frame"]
        model.add_step("image_upscale")
        await until(lambda: len(model.board.columns) == 3)
        head = film.page.findChildren(StepHead)[2]
        assert any("takes no clip" in one.text() for one in head.findChildren(QLabel))
        model.remove_step(model.chain.steps[2])
        await until(lambda: len(model.board.columns) == 2)
        film.rig.models.activity.undo()
        await until(lambda: len(model.board.columns) == 3)
        model.change(replace(CLIP, amount=2))
        await until(lambda: len(model.table.cell(0, 1).coming) == 1 and model.ready[0].step.amount == 2)


async def test_chain_that_is_deleted_comes_back_with_undo(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        model = film.page.model
        model.rename("Night")
        await until(lambda: model.chain.name == "Night")
        model.remove_chain()
        await until(lambda: model.chain is None)
        assert "Make this chain" in [one.text() for one in film.page.findChildren(QPushButton) if one.isVisible()]
        film.rig.models.activity.undo()
        await until(lambda: model.chain is not None and model.chain.name == "Night")


async def test_steps_of_200_shots_with_2000_takes_open_within_200_ms_and_scroll_within_a_frame(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.many(shots=200, takes=10)
        await film.open()
        page = film.page
        await until(lambda: page.model.table.rowCount() == 200)
        opened, scrolled = [], []
        for _ in range(3):
            page.model.open("another")
            begun = time.thread_time()
            page.model.open(PROJECT)
            await until(lambda: page.model.board is not None and page.model.board.rows)
            page.board.grab()
            opened.append(time.thread_time() - begun)
        for _ in range(20):
            begun = time.thread_time()
            page.board.verticalScrollBar().setValue(page.board.verticalScrollBar().value() + 90)
            page.board.viewport().repaint()
            scrolled.append(time.thread_time() - begun)
        assert (min(opened) < OPENED, sorted(scrolled)[10] < FRAME) == (True, True), (opened, scrolled)


async def test_first_takes_are_composed_with_the_first_step(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        film.rig.open_room("steps", "Night boat")
        await until(lambda: film.page.model.board and not film.page.model.board.rows)
        [make] = [one for one in film.page.findChildren(QPushButton) if one.isVisible()]
        make.click()
        composer = film.rig.models.composer
        assert (composer.project, composer.pair.endpoint, composer.pair.model) == (
            "Night boat", PICTURE.endpoint, PICTURE.model,
        )  # fmt: skip
        assert composer.value("ratio") == PICTURE.values["ratio"]


async def test_heads_have_one_height_whatever_is_ready(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        page = film.page
        heads = page.findChildren(StepHead)
        before = [head.minimumSizeHint().height() for head in heads]
        page.board.go_to(TaskId("t2"))
        press(film, KEYS.Key_P)
        await until(lambda: not page.model.ready)
        assert [head.minimumSizeHint().height() for head in heads] == before


async def test_price_by_the_size_of_the_pick_is_known_before_the_bill(tmp_path, theme):
    larger = Step(id=StepId("s2"), endpoint="image_upscale", model="magnific_precision_upscaler_v2")
    chain = replace(CHAIN, steps=(PICTURE, larger))
    async with a_film(tmp_path, theme, chain=chain, prices=read_published()) as film:
        await film.open()
        await until(lambda: film.cells["010", "2"].endswith("1 pick ready to go on. about 25 credits"))
