"""Beside the cut's player: the current shot, the take that is tried, its in and out, and the notes. GUI thread only."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from runway_desktop.domain.film.cut import CutNote
from runway_desktop.texts import _
from runway_desktop.ui.building import STRETCH, clear_layout, hbox, line, passing_menu, push_button, scroll_area, vbox
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.labels import KeyCap, LongWordsLabel, say, strong, words
from runway_desktop.ui.media.strips import Strips
from runway_desktop.ui.tasks.commands import PICK
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.usecases.words.plain import caption

from .model import CutModel
from .room import IN, OUT

WIDTH = 44 * GRID
_FRAMES = 6
_HEIGHT = 46


class Side(QWidget):
    note_wanted = Signal(str)
    """Id of a note to change."""

    def __init__(self, model: CutModel, theme: Theme, keys: Keys, strips: Strips, parent: QWidget) -> None:
        super().__init__(parent)
        self._model, self._keys = model, keys
        self.setProperty("pane", "raised")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(theme.wide(WIDTH))
        content = QWidget(self)
        self._shot, self._about = strong(words(content)), words(content, tone="muted")
        self._trying = QWidget(content)
        self._trying.setProperty("pane", "band")
        self._trying.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._says = words(self._trying)
        self._pick = push_button(self._trying, "", model.pick_instead)
        self._back = push_button(self._trying, "", model.go_back)
        vbox(self._says, hbox(self._pick, self._back, STRETCH), on=self._trying, margins=GRID)
        self._prompt = LongWordsLabel(content, "muted")
        self._title = words(content, _("In and out"), tone="muted", wrap=False)
        self._used = words(content, tone="muted", wrap=False)
        self._frames = Frames(model, theme, strips, content)
        self._in = push_button(content, "", partial(self._go_to, 0.0), kind="chip")
        self._out = push_button(content, "", partial(self._go_to, 1.0), kind="chip")
        self.caps = KeyCap(content), KeyCap(content)
        ends = hbox(self.caps[0], self._in, STRETCH, self._out, self.caps[1])
        trims = vbox(hbox(self._title, STRETCH, self._used), self._frames, ends)
        self._trims = QWidget(content)
        self._trims.setLayout(trims)
        self._remove = push_button(content, _("Remove from the cut"), model.remove_file, kind="link")
        self._notes = strong(words(content))
        self._noted = vbox(spacing=GRID // 2)
        self._of_card = (self._shot, self._about, self._trying, self._prompt, self._trims)
        rows = (*self._of_card, self._remove, line(content), self._notes)
        vbox(*rows, self._noted, STRETCH, on=content, margins=2 * GRID, spacing=GRID + GRID // 2)
        vbox((scroll_area(self, content), 1), on=self)
        model.changed.connect(self.renew)
        keys.changed.connect(self.renew)
        FollowsTheme(theme, self, self.renew)

    def renew(self) -> None:
        model, card = self._model, self._model.card
        for cap, command in zip(self.caps, (IN, OUT), strict=True):
            cap.setText(self._keys.cap(command))
        self._remove.setVisible(card is not None and card.is_file)
        for part in self._of_card:
            part.setVisible(card is not None)
        if card is not None:
            self._shot.setText(_("Shot {shot}", shot=card.name) if card.takes or card.gap else card.name)
            say(self._about, card.about or card.detail)
            self._prompt.say(card.row.task.request.prompt if card.row is not None else "")
            self._prompt.setVisible(card.row is not None)
            self._trims.setVisible(not card.gap)
            self._frames.setVisible(not card.is_still)
            self._show_trying()
            begin, end = (model.words_of(at) for at in (card.start, card.start + card.length))
            whole = model.length_words(card.duration) if card.duration else ""
            used = model.length_words(card.length)
            self._used.setText(_("{used} of {whole}", used=used, whole=whole) if whole else used)
            self._in.setText(begin)
            self._in.setAccessibleName(_("In: {time}", time=begin))
            self._out.setText(end)
            self._out.setAccessibleName(_("Out: {time}", time=end))
        self._frames.update()
        self._show_notes()

    def _show_trying(self) -> None:
        model, card = self._model, self._model.card
        self._trying.setVisible(card is not None and card.trying is not None)
        if card is None or card.trying is None:
            return
        number, key = card.trying + 1, self._keys.cap(PICK)
        said = _("Trying take {number}.", number=number)
        if card.playing is not None:
            said += " " + _("Take {number} is picked.", number=card.playing + 1)
            self._back.setText(_("Back to take {number}", number=card.playing + 1))
        else:
            self._back.setText(_("Stop trying"))
        self._says.setText(said)
        self._pick.setText(f"{_('Pick take {number}', number=number)}   {key}".rstrip())
        self._pick.setAccessibleName(_("Pick take {number}", number=number))
        self._pick.setEnabled(model.has_any)

    def _show_notes(self) -> None:
        clear_layout(self._noted)
        notes = self._model.notes
        self._notes.setText(_("Notes") + (f"  {len(notes)}" if notes else ""))
        for number, note in enumerate(notes, start=1):
            at = self._model.words_of(note.at)
            said = f"{note.text}  · {note.by}" if note.by else note.text
            button = push_button(self, caption(f"{number}   {at}   {said}"), kind="link")
            button.setAccessibleName(_("Note {number} at {time}: {text}", number=number, time=at, text=said))
            button.clicked.connect(partial(self._note_menu, note, button))
            self._noted.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)

    def _note_menu(self, note: CutNote, button: QWidget) -> None:
        self._model.sought.emit(note.at)
        menu = passing_menu(button)
        menu.addAction(_("Edit…"), lambda: self.note_wanted.emit(note.id))
        menu.addAction(_("Remove"), partial(self._model.remove_note, note.id))
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))

    def _go_to(self, end: float) -> None:
        if (card := self._model.card) is not None:
            self._model.sought.emit(card.at + end * max(0.0, card.length - self._model.frame_seconds))


class Frames(QWidget):
    """Small frames of the current take, with the part in use framed."""

    def __init__(self, model: CutModel, theme: Theme, strips: Strips, parent: QWidget) -> None:
        super().__init__(parent)
        self._model, self._theme, self._strips = model, theme, strips
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setFixedHeight(_HEIGHT)
        strips.grown.connect(lambda _path: self.update())
        model.moved.connect(lambda _at: self.update())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, card, color = QPainter(self), self._model.card, self._theme.color
        painter.fillRect(self.rect(), color(Role.MEDIA))
        if card is None or not card.duration:
            return
        wide = self.width() / _FRAMES
        self._strips.want(card.clip)
        for number in range(_FRAMES):
            image = self._strips.at_fraction(card.path, (number + 0.5) / _FRAMES)
            if image is not None and not image.isNull():
                shown = image.width() * _HEIGHT / image.height()
                painter.setClipRect(QRectF(number * wide, 0, wide, _HEIGHT))
                painter.drawImage(QRectF((number + 0.5) * wide - shown / 2, 0, shown, _HEIGHT), image)
        painter.setClipping(False)
        left, right = (self.width() * at / card.duration for at in (card.start, card.start + card.length))
        shade = color(Role.WINDOW)
        shade.setAlphaF(0.65)
        painter.fillRect(QRectF(0, 0, left, _HEIGHT), shade)
        painter.fillRect(QRectF(right, 0, self.width() - right, _HEIGHT), shade)
        accent = color(Role.ACCENT)
        for x in (left, right - 5):
            painter.fillRect(QRectF(x, 0, 5, _HEIGHT), accent)
        painter.setPen(accent)
        painter.drawRect(QRect(round(left), 0, round(right - left) - 1, _HEIGHT - 1))
        here = card.start + self._model.position - card.at
        painter.fillRect(QRectF(self.width() * here / card.duration - 1, 0, 2, _HEIGHT), Qt.GlobalColor.white)
