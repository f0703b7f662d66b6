"""The cut of a project by keyboard, by pointer, and for a screen reader."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMenu, QPushButton, QToolButton

from runway_desktop.domain.film.cut import GapMode
from runway_desktop.domain.task import Pick, TaskId, Trim
from runway_desktop.rooms.cut.entry import EmptyCut
from runway_desktop.services.exchange.cut.cut_files import CutForm
from runway_desktop.ui.theme import ColorScheme
from runway_desktop.usecases.cut.cuts import Told
from tests.gui.cut.film import PROJECT, SAND, Film, a_film
from tests.rigs.clips import SAMPLES, write_wav
from tests.rigs.desktop import Desktop, move_pointer, rest, until

KEYS, ALT = Qt.Key, Qt.KeyboardModifier.AltModifier
LEFT = Qt.MouseButton.LeftButton


def undo(film: Film) -> None:
    film.rig.models.activity.undo()


def order(film: Film) -> list[str]:
    return [card.name for card in film.model.cards]


async def test_cards_say_shot_take_length_and_why_nothing_plays(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        assert film.spoken == [
            "Shot 010, take 2 of 2, picked, at 00:00:00:00, 5:00 long, in 00:00:00:00, out 00:00:05:00",
            "Shot 020, take 1 of 1, picked, at 00:00:05:00, 2:00 long, in 00:00:00:00, out 00:00:02:00",
            "Shot 030, 1 take, not picked, Judge them, at 00:00:07:00, 5:00 long",
        ]


async def test_arrows_go_through_shots_and_the_playhead_follows(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        film.press(KEYS.Key_Right)
        await until(lambda: film.model.at == 1)
        assert film.model.position == film.page.playback.position == 5.0
        assert film.page.chosen_ids() == ["t3"]
        film.press(KEYS.Key_End)
        await until(lambda: film.model.at == 2)
        film.press(KEYS.Key_Left)
        await until(lambda: film.model.at == 1)


async def test_bar_has_the_timecode_of_the_playhead_and_goes_to_the_next_shot(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        film.page.playback.seek(6.0)
        for width in (1600, 1024):
            film.rig.window.resize(width, 700)
            await rest()
            said = [label.text() for label in film.page.bar.findChildren(QLabel) if label.isVisible()]
            assert any(text.startswith("00:00:06:00") for text in said)
        [onward] = [one for one in film.page.bar.findChildren(QToolButton) if one.accessibleName() == "Next shot"]
        QTest.mouseClick(onward, LEFT)
        await until(lambda: film.model.at == 2)


async def test_another_take_plays_in_place_until_it_is_picked_or_put_back(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        film.press(KEYS.Key_Up)
        assert (film.model.trying, film.model.cards[0].path) == (0, str(film.rig.folder / "1.mp4"))
        film.press(KEYS.Key_Escape)
        assert (film.model.trying, film.page.isVisible()) == (None, True)
        film.press(KEYS.Key_Up)
        film.press(KEYS.Key_P)
        await until(lambda: film.model.trying is None and film.model.cards[0].playing == 0)
        rows = {row.task.id: row.task.pick for row in film.model.cards[0].takes}
        assert rows == {"t1": Pick.PICK, "t2": Pick.NONE}
        undo(film)
        await until(lambda: film.model.cards[0].playing == 1)


async def test_take_that_is_tried_in_a_gap_does_not_count_as_picked(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        film.press(KEYS.Key_End)
        await until(lambda: film.model.at == 2)
        film.press(KEYS.Key_Down)
        assert film.model.words == "3 shots · 2 picked"


async def test_alt_arrow_moves_the_shot_and_undo_puts_it_back(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        film.press(KEYS.Key_Right, ALT)
        await until(lambda: order(film) == ["020", "010", "030"])
        assert film.model.card.name == "010"
        film.press(KEYS.Key_Z, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: order(film) == ["010", "020", "030"])
        assert film.rig.models.activity.messages() == ["Undone: Shot 010 moved."]


async def test_dragged_card_lands_before_the_card_at_the_pointer(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        strip = film.page.strip
        first, last = (strip.rect_of(film.model.cards[at]).center() for at in (0, 2))
        view = strip.viewport()
        QTest.mousePress(view, LEFT, pos=last)
        move_pointer(view, first - QPoint(40, 0), LEFT)
        assert film.rig.models.activity.shown.text == "Moving shot 030"
        film.press(KEYS.Key_Escape)
        QTest.mouseRelease(view, LEFT, pos=first)
        assert order(film) == ["010", "020", "030"]
        QTest.mousePress(view, LEFT, pos=last)
        move_pointer(view, first - QPoint(40, 0), LEFT)
        QTest.mouseRelease(view, LEFT, pos=first - QPoint(40, 0))
        await until(lambda: order(film) == ["030", "010", "020"])


async def test_in_and_out_at_the_playhead_stay_with_the_take_and_move_what_follows(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        film.page.playback.seek(1.0)
        film.press(KEYS.Key_I)
        await until(lambda: film.model.cards[0].start == 1.0)
        assert film.model.cards[1].at == 4.0
        film.page.playback.seek(2.0)
        film.press(KEYS.Key_O)
        await until(lambda: film.model.cards[0].length < 4.0)
        [row] = await film.rig.cases.library.rows([TaskId("t2")])
        assert row.task.trims == (Trim(0, 1.0, 3.0 + 1 / 24),)
        film.press(KEYS.Key_L, Qt.KeyboardModifier.ShiftModifier)
        await until(lambda: film.model.cards[0].length == 5.0)
        undo(film)
        await until(lambda: film.model.cards[0].length < 4.0)


async def test_dragged_end_trims_only_when_it_is_released(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        strip = film.page.strip
        rect = strip.rect_of(film.model.cards[0])
        end, to = QPoint(rect.right() - 3, rect.center().y()), QPoint(rect.center().x(), rect.center().y())
        view = strip.viewport()
        QTest.mousePress(view, LEFT, pos=end)
        move_pointer(view, to, LEFT)
        assert 2.0 < film.model.cards[0].length < 3.0
        film.press(KEYS.Key_Escape)
        assert film.model.cards[0].length == 5.0
        QTest.mouseRelease(view, LEFT, pos=to)
        QTest.mousePress(view, LEFT, pos=end)
        move_pointer(view, to, LEFT)
        QTest.mouseRelease(view, LEFT, pos=to)
        await until(lambda: film.model.preview is None and film.model.cards[0].length < 3.0)


async def test_dragged_end_stays_at_the_pointer(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        strip = film.page.strip
        rect, view = strip.rect_of(film.model.cards[0]), strip.viewport()
        end, to = QPoint(rect.right() - 3, rect.center().y()), QPoint(rect.center().x(), rect.center().y())
        QTest.mousePress(view, LEFT, pos=end)
        move_pointer(view, to, LEFT)
        assert abs(strip.rect_of(film.model.cards[0]).right() - to.x()) < 12
        film.press(KEYS.Key_Escape)
        QTest.mouseRelease(view, LEFT, pos=to)
        assert strip.rect_of(film.model.cards[0]) == rect


async def test_note_stands_at_the_cuts_time_when_shots_move(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        film.page.playback.seek(6.0)
        film.press(KEYS.Key_N)
        line = await dialog(film, QLineEdit)
        line.setText("Horn one beat later")
        QTest.keyClick(line, KEYS.Key_Return)
        await until(lambda: film.model.notes)
        film.model.move_by(1)
        await until(lambda: order(film) == ["010", "030", "020"])
        undo(film)
        await until(lambda: order(film) == ["010", "020", "030"])
        [note] = film.model.notes
        assert (note.at, note.text) == (6.0, "Horn one beat later")
        names = [one.accessibleName() for one in film.page.side.findChildren(QPushButton)]
        assert "Note 1 at 00:00:06:00: Horn one beat later" in names


async def test_gap_leads_to_its_takes_and_may_be_skipped(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        film.press(KEYS.Key_End)
        await until(lambda: film.model.at == 2)
        opened: list[object] = []
        film.page.strip.opened.connect(lambda: opened.append(film.model.current_id))
        film.press(KEYS.Key_Return)
        assert opened == ["t4"]
        film.model.set_gaps(GapMode.SKIP)
        await until(lambda: order(film) == ["010", "020"])
        assert film.model.length == 7.0


async def test_dropped_sound_is_the_lane(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        film.model.add_files([write_wav(film.rig.folder / "theme.wav")])
        await until(lambda: film.model.sound is not None and film.page.strip.peaks)
        undo(film)
        await until(lambda: film.model.sound is None)


async def test_drop_copies_media_and_leaves_other_files_to_the_window(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        at, copy_or_move = QPoint(300, 300), Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
        for path, expected in ((SAMPLES / SAND[0], True), (tmp_path / "decisions.json", False)):
            mime = QMimeData()
            mime.setUrls([QUrl.fromLocalFile(str(path))])
            event = QDragEnterEvent(at, copy_or_move, mime, LEFT, Qt.KeyboardModifier.NoModifier)
            event.setDropAction(Qt.DropAction.MoveAction)
            event.ignore()
            film.page.dragEnterEvent(event)
            assert event.isAccepted() is expected
            assert not expected or event.dropAction() is Qt.DropAction.CopyAction


async def test_icon_of_sending_for_review_follows_the_theme(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        review = film.page.tools.review
        before = review.icon().pixmap(16).toImage()
        theme.choose(ColorScheme.LIGHT)
        assert review.icon().pixmap(16).toImage() != before


async def test_place_for_drops_asks_for_files_when_clicked(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        asked: list[bool] = []
        film.page.strip.files_wanted.disconnect()
        film.page.strip.files_wanted.connect(lambda: asked.append(True))
        film.page.playback.seek(6.0)
        view = film.page.strip.viewport()
        QTest.mouseClick(view, LEFT, pos=film.page.strip.drop_rect.center())
        assert asked == [True]
        QTest.mouseClick(view, Qt.MouseButton.RightButton, pos=film.page.strip.rect_of(film.model.cards[1]).center())
        assert film.model.position == 6.0, "neither moves the playhead in its shot"


async def test_dropped_clip_is_a_card_that_can_be_trimmed_and_removed(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        film.model.add_files([SAMPLES / SAND[0]])
        await until(lambda: order(film)[-1] == "File")
        assert film.model.words.startswith("3 shots · 2 picked · 1 gap")
        film.press(KEYS.Key_End)
        film.page.playback.seek(film.model.length - 1.0)
        film.press(KEYS.Key_I)
        await until(lambda: film.model.card.start == 1.0)
        [remove] = [one for one in film.page.side.findChildren(QPushButton) if one.text() == "Remove from the cut"]
        QTest.mouseClick(remove, LEFT)
        await until(lambda: len(order(film)) == 3)


async def test_nothing_is_stored_beside_a_file_from_outside(tmp_path, theme, monkeypatch):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        asked: list[tuple[str, str]] = []
        strips = film.rig.window.workspace.posters.strips
        monkeypatch.setattr(strips, "want", lambda *clips: asked.extend(clips))
        film.model.add_files([SAMPLES / SAND[0]])
        await until(lambda: order(film)[-1] == "File")
        film.press(KEYS.Key_End)
        film.page.side.grab()
        await until(lambda: asked.count((str(SAMPLES / SAND[0]), "")) > 1)
        assert {poster for path, poster in asked if path == str(SAMPLES / SAND[0])} == {""}


async def test_export_writes_the_cut_and_offers_to_show_it(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        film.model.try_take(0)
        film.page.tools.write(CutForm.OTIO, tmp_path / "Aurora.otio")
        await until((tmp_path / "Aurora.otio").exists)
        activity = film.rig.models.activity
        await until(lambda: activity.messages() == ["Exported: “Aurora.otio”"])
        assert film.model.gap_words == "1 gap, 5:00, becomes black."
        assert "2.mp4" in (tmp_path / "Aurora.otio").read_text("utf-8"), "the pick, not what is tried"


async def test_contact_sheet_begins_each_time_without_what_it_told_before(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        tools = film.page.tools
        tools.open_exports()
        ticks = [tick for tick in tools.findChild(QMenu).actions() if tick.text().startswith("Contact sheet with")]
        assert [tick.isChecked() for tick in ticks] == [False] * 3
        ticks[1].trigger()
        assert tools.told == {Told.MODEL}
        tools.write(CutForm.CONTACT_SHEET, tmp_path / "Aurora.png")
        assert not tools.told
        await until((tmp_path / "Aurora.png").exists)
        await until(lambda: film.rig.models.activity.messages() == ["Exported: “Aurora.png”"])


async def test_cut_plays_through_a_trimmed_join(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        film.page.playback.seek(4.8)
        film.press(KEYS.Key_Space)
        assert film.page.playback.is_playing
        await until(lambda: film.model.position > 5.2)
        assert film.model.card.name == "020"
        film.press(KEYS.Key_K)
        assert not film.page.playback.is_playing


async def test_cut_that_was_left_plays_again_when_it_is_opened(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        film.rig.window.pages.leave_view()
        assert film.page.playback.parts == ()
        film.rig.open_room("cut", PROJECT)
        assert film.page.strip.model().rowCount() == len(film.model.cards) == 0
        await until(lambda: len(film.page.playback.parts) == 3)
        assert film.model.position == 0.0


async def test_large_view_leads_back_to_the_cut_and_escape_to_its_take_alone(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        window = film.rig.window
        window.view.selectAll()
        await film.open()
        film.rig.interior.add_preview()
        film.press(KEYS.Key_Right)
        await until(lambda: film.model.at == 1)
        film.press(KEYS.Key_Return)
        await until(lambda: window.workspace.overlay is not None)
        [back] = [one for one in window.findChildren(QPushButton) if one.accessibleName() == "Back to the cut"]
        assert back.text().startswith("Back to the cut")
        back.click()
        await until(lambda: window.workspace.overlay is None)
        assert film.page.isVisible()
        window.view.selectAll()
        film.press(KEYS.Key_Escape)
        await until(lambda: not film.page.isVisible())
        assert window.view.selected_ids() == ["t3"]


async def test_sound_lane_and_timecode_are_in_sight_in_the_smallest_window(tmp_path, theme):
    async with a_film(tmp_path, theme) as film:
        await film.open()
        film.rig.window.resize(800, 500)
        await rest()
        strip = film.page.strip
        assert strip.visibleRegion().contains(strip.lane)
        assert film.page.bar.transport.findChild(QLabel).isVisible()


async def test_project_without_shots_says_what_a_cut_needs(tmp_path, theme):
    async with Desktop(tmp_path, theme, opens_rooms=True) as rig:
        film = Film(rig)
        await film.take(1, "")
        await rig.load()
        await film.open()
        await rest()
        assert film.page.findChild(EmptyCut).isVisible()
        assert not film.page.tools.export.isEnabled()


async def dialog(film: Film, kind: type) -> QLineEdit:
    def found() -> list[QLineEdit]:
        modal = QApplication.activeModalWidget()
        return modal.findChildren(kind) if modal is not None else []

    await until(found)
    return found()[0]
