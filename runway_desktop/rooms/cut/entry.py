"""Entry point of the cut: a view of a project in place of its list, with a player of its own. GUI thread only."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDropEvent,
    QFocusEvent,
    QHideEvent,
    QImage,
    QPainter,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QSizePolicy, QStackedLayout, QWidget

from runway_desktop.domain.film.cut import GapMode
from runway_desktop.domain.task import TaskId
from runway_desktop.texts import _
from runway_desktop.ui.building import STRETCH, clear_layout, hbox, line, push_button, vbox
from runway_desktop.ui.confirm import ask_text
from runway_desktop.ui.desk import Desk
from runway_desktop.ui.empty_picture import EmptyPicture
from runway_desktop.ui.file_dialogs import choose_files
from runway_desktop.ui.flow_layout import FlowLayout
from runway_desktop.ui.labels import KeyCap, strong, words
from runway_desktop.ui.lifted_rows import paths_in, take_copy
from runway_desktop.ui.media import commands as media
from runway_desktop.ui.media.kinds.clip import VideoView
from runway_desktop.ui.media.kinds.sound import Waveform, WaveformReader
from runway_desktop.ui.media.players import PlayFault
from runway_desktop.ui.media.preview import FullScreenWindow
from runway_desktop.ui.media.sequence import Part, SequencePlayer
from runway_desktop.ui.media.stage import fitted
from runway_desktop.ui.media.workers import Workers
from runway_desktop.ui.room import PageContent
from runway_desktop.ui.sharing.drag import is_ours
from runway_desktop.ui.tasks import commands as judging
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.tasks.text_cache import TextCache
from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.usecases.commands.command import Scope
from runway_desktop.usecases.commands.tasks import KEYED

from .bars import Bar, StripHead, Tools
from .model import CutModel, media_of
from .room import ADD, BACK, EXPORT, IN, NOTE, ON, OUT, WHOLE
from .side import WIDTH as SIDE
from .side import Side
from .strip import CARD, LANE, RULER, TAKE, CutStrip

_OWN = (judging.PICK, judging.PICK_INSTEAD, judging.REJECT, *judging.RATE)
_PLAYING = (media.PLAY, *media.SHUTTLE, media.FRAME_BACK, media.FRAME_FORWARD, media.SOUND, media.FULL_SCREEN)
_TALL, _MIDDLING, _LOW = 620, 560, 440
"""Heights of the view with room for four takes below each shot, for two, and for one."""
_NARROW = 120 * GRID
"""Width of the view without room for words on the bar."""


def open_room(desk: Desk, wish: str | tuple[str, str]) -> None:
    """`wish`: the project, or also a card's id."""
    page = desk.window.findChild(CutPage) or CutPage(desk)
    page.open(*([wish] if isinstance(wish, str) else wish))


class CutPage(QWidget):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._desk = desk
        self._window = window = desk.window
        posters = window.workspace.posters
        judge = desk.models.task_commands.judging
        self.model = model = CutModel(desk.cases, desk.models.bridge, desk.runner, judge, self)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.playback = SequencePlayer(self)
        self.tools = Tools(model, desk)
        self.picture = Screen(model, desk.theme, posters, self)
        self.bar = Bar(model, self.playback, desk, self)
        self.strip = CutStrip(model, desk.theme, posters)
        self.side = Side(model, desk.theme, desk.keys, posters.strips, self)
        self._workers = Workers(self)
        self._waveforms = WaveformReader(self._workers, self)
        self._heard_path = ""
        self._full: FullScreenWindow | None = None
        self._empty = EmptyCut(desk, self)
        # Else it would take its height from the player, which stands in the same place.
        self._empty.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._over = vbox((self.picture, 1), self.bar, spacing=0, margins=(2 * GRID, 2 * GRID, 2 * GRID, 0))
        self._hints = QWidget(self)
        self._hints.setContentsMargins(2 * GRID, 0, 2 * GRID, GRID)
        self._hint_row = FlowLayout(self._hints, gap=2 * GRID)
        self._player, above = QWidget(self), QWidget(self)
        hbox((self._over, 1), self.side, on=self._player, spacing=0)
        self._stack = QStackedLayout(above)
        for one in (self._player, self._empty):
            self._stack.addWidget(one)
        self._head = StripHead(model, self.strip, desk.theme, self)
        vbox((above, 1), line(self), self._head, self.strip, self._hints, on=self, spacing=0)
        self.setAcceptDrops(True)
        self._connect()
        self._bind()

    def open(self, project: str, card_id: str = "") -> None:
        self.model.open(project, card_id)
        page = PageContent(
            center=self, project=project, back=_("Back to the cut"), tools=self.tools, chosen=self.chosen_ids,
            left=self._left,
        )  # fmt: skip
        self._window.pages.show("cut", page)

    def chosen_ids(self) -> list[TaskId]:
        current = self.model.current_id
        return [current] if current is not None else []

    def note(self, note_id: str = "") -> None:
        """Asks for a note at the playhead, or for another text of one."""
        self.playback.pause()
        model, at = self.model, self.playback.position
        text = next((one.text for one in model.notes if one.id == note_id), "")
        keep = partial(model.edit_note, note_id) if note_id else partial(model.add_note, at=at)
        title = _("Note at {time}", time=model.words_of(at))
        ask_text(
            self._window, title, _("Note"), text, lambda said: "" if said.strip() else " ", keep, ok=_("Keep note")
        )

    def add_files(self) -> None:
        choose_files(self._window, str(ADD.words), self.model.add_files)

    def toggle_full_screen(self) -> None:
        if self._full is not None:
            self._full.close()
            return
        self._full = full = FullScreenWindow(self._desk.theme, self._window)
        full.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        full.left.connect(self._full_screen_left)
        self._desk.keys.bind(full, Scope.PREVIEW, (_PLAYING, lambda: self))
        self.picture.set_rounded(False)
        full.take(self.picture, self.model.project)

    def _full_screen_left(self) -> None:
        self._full = None
        self.picture.set_rounded(True)
        self._over.insertWidget(0, self.picture, 1)
        self.picture.show()
        self.strip.setFocus(Qt.FocusReason.OtherFocusReason)

    def focusInEvent(self, event: QFocusEvent) -> None:
        (self._empty.make if self._stack.currentWidget() is self._empty else self.strip).setFocus(event.reason())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.height()
        lines = 4 if room >= _TALL else 2 if room >= _MIDDLING else 1 if room >= _LOW else 0
        self.strip.setFixedHeight(RULER + CARD + LANE + (4 if lines else 2) * GRID + lines * TAKE)
        self.side.setFixedWidth(min(self._desk.theme.wide(SIDE), round(self.width() * 0.4)))
        self._hints.setVisible(bool(self.model.cards) and room >= _MIDDLING)
        is_narrow = self.width() < self._desk.theme.wide(_NARROW)
        self.tools.fit(is_narrow=is_narrow)
        for part in (self.bar.note, *self.side.caps):
            part.setHidden(is_narrow)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Leaves what is no clip, picture or sound to the window, as a client's answer."""
        if not is_ours(event.mimeData()) and any(map(media_of, paths_in(event.mimeData()))):
            take_copy(event)

    def dropEvent(self, event: QDropEvent) -> None:
        take_copy(event)
        self.model.add_files(paths_in(event.mimeData()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.chosen_ids():
            self._window.task_menu.popup(event.globalPos())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._full is None:
            self.playback.pause()

    def _left(self) -> None:
        self.model.close()
        self.playback.close()
        self._window.workspace.status.say_takes("")

    def _connect(self) -> None:
        model, player, strip = self.model, self.playback, self.strip
        model.changed.connect(self._show)
        model.loaded.connect(self._load)
        model.sought.connect(player.seek)
        model.undo_offered.connect(self._desk.models.activity.act)
        player.moved.connect(model.stand)
        player.frame.connect(self.picture.show_frame)
        player.failed.connect(self._failed)
        player.glance = self._glance
        strip.scrubbing.connect(lambda on: player.begin_scrub() if on else player.end_scrub())
        strip.sought.connect(player.seek)
        strip.glanced.connect(self.picture.show_glance)
        strip.files_wanted.connect(self.add_files)
        strip.gesture.connect(self._desk.models.activity.set_gesture)
        strip.seen.connect(self._desk.models.posters.look)
        strip.opened.connect(self._open_take)
        self.side.note_wanted.connect(self.note)
        self.bar.note_wanted.connect(self.note)
        self.bar.transport.full_screen_wanted.connect(self.toggle_full_screen)
        self.picture.clicked.connect(player.toggle_play)
        self._waveforms.ready.connect(self._heard)
        self._desk.keys.changed.connect(self._tell_keys)
        self._desk.endings.extend((player.shutdown, self._workers.shutdown))
        self._tell_keys()

    def _bind(self) -> None:
        window, keys = self._window, self._desk.keys
        tell = self._desk.models.task_commands.tell
        keys.bind(self, Scope.VIEW, ((BACK, ON, IN, OUT, WHOLE, NOTE, ADD, EXPORT), lambda: self), tell=tell)
        keys.bind(self, Scope.PREVIEW, (_PLAYING, lambda: self))
        keys.bind(self, Scope.LIST, (_OWN, lambda: self.model), tell=tell)
        keys.bind(self, Scope.LIST, ((judging.TAG, judging.SHOT, judging.PROJECT), lambda: window.judge), tell=tell)
        keys.bind(self, Scope.LIST, (KEYED, window.chosen_rows), give=lambda key, _on: window.task_menu.take(key))

    @property
    def shows_result(self) -> bool:
        return self.playback.shows_result

    def _show(self) -> None:
        model, has_cards = self.model, bool(self.model.cards)
        self._stack.setCurrentWidget(self._player if has_cards or model.view is None else self._empty)
        self._head.setVisible(has_cards)
        self._hints.setVisible(has_cards and self.height() >= _MIDDLING)
        self.picture.enter()
        self._window.pages.choice_moved()
        said = _("Cut of {project}", project=model.project) + f" · {_('{rate} fps', rate=model.fps.name)}"
        self._window.workspace.status.say_takes(said if self.isVisible() else "")

    def _load(self, position: float) -> None:
        model = self.model
        self.playback.fps = model.fps
        paths = [Path(card.path) if card.path and not card.gap else None for card in model.cards]
        plays = zip(paths, model.cards, strict=True)
        parts = [Part(path, card.found.item.media, card.start, card.length) for path, card in plays]
        sound = model.sound
        self.playback.show(
            parts, position, (Path(sound.path), 10 ** (sound.gain_db / 20)) if sound is not None else None
        )
        if sound is not None and sound.path != self._heard_path:
            self._heard_path = sound.path
            self._waveforms.read(Path(sound.path))

    def _heard(self, _path: Path, waveform: Waveform) -> None:
        self.strip.peaks = waveform.peaks
        self.strip.viewport().update()

    def _glance(self, seconds: float) -> bool:
        """Shows a small frame near that second of the cut; False if there is none and none is coming."""
        self.model.stand(seconds)
        card, strips = self.model.card, self._window.workspace.posters.strips
        if card is None or card.gap or card.is_still:
            return True
        strips.want(card.clip)
        image = strips.near(card.path, card.start + seconds - card.at)
        if image is not None:
            self.picture.show_glance(image)
        return image is not None or strips.is_coming(card.path)

    def _failed(self, at: int, fault: PlayFault) -> None:
        if at < len(self.model.cards):
            self._desk.models.task_commands.tell(fault.about(Path(self.model.cards[at].path).name))

    def _open_take(self) -> None:
        """Opens the take, of a gap those to judge, or the sheet with the row that makes the shot."""
        card, current = self.model.card, self.model.current_id
        if current is None:
            if card is not None and card.found.sheet_id:
                self._desk.open("sheet", card.found.sheet_id)
        else:
            self._desk.open("viewer", current)

    def _tell_keys(self) -> None:
        clear_layout(self._hint_row)
        for keys, said in (
            (("←", "→"), _("Shot")), (("↑", "↓"), _("Try another take")), ((judging.PICK,), _("Pick it")),
            ((IN, OUT), _("In, out")), ((BACK, ON), _("Move the shot")), ((media.PLAY,), _("Play")),
            ((NOTE,), _("Note")),
        ):  # fmt: skip
            caps = [key if isinstance(key, str) else self._desk.keys.cap(key) for key in keys]
            hint = QWidget(self._hints)
            about = words(hint, said, "muted", wrap=False)
            hbox(*(KeyCap(hint, cap) for cap in caps), about, on=hint, spacing=GRID // 2)
            hint.setVisible(all(caps))
            self._hint_row.addWidget(hint)


class Screen(VideoView):
    """The picture of the cut: frames of clips, stills, and gaps as a card."""

    def __init__(self, model: CutModel, theme: Theme, posters: PosterCache, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._model, self._posters = model, posters
        self._letters = TextCache(theme)
        self.setAccessibleName(_("Picture of the cut"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        posters.ready.connect(lambda _path: self.update())

    def enter(self) -> None:
        card = self._model.card
        if card is None or card.gap or card.is_still:
            self.show_poster(QImage())
        self.update()

    def drags_file_at(self, _position: QPointF) -> bool:
        return False

    def paint_media(self, painter: QPainter, area: QRectF) -> None:
        card, gaps = self._model.card, self._model.cut.gaps
        if card is None:
            return
        where = area
        if card.gap:
            painter.fillRect(area, Qt.GlobalColor.black)
            if gaps is GapMode.CARD:
                painter.setPen(Qt.GlobalColor.white)
                painter.setFont(self.theme.strong_font())
                painter.drawText(area, Qt.AlignmentFlag.AlignCenter, f"{card.name}\n{card.gap}")
            return
        if card.is_still:
            self._posters.paint(painter, area.toRect(), card.path)
        else:
            super().paint_media(painter, area)
            where = fitted(self.image().size(), area) if not self.image().isNull() else area
        self._letters.use(self.font())
        name = where.adjusted(0, 0, 0, 34 - where.height())
        self._letters.badge(painter, name, card.name, at_left=True, inset=10)
        if card.trying is not None:
            said = _("Trying take {number}", number=card.trying + 1)
            self._letters.badge(painter, name, said, at_left=False, inset=10)


class EmptyCut(QWidget):
    """Without a shot."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        picture = EmptyPicture(desk.theme, "nothing yet", self)
        title = strong(words(self, _("No shots yet")))
        said = words(
            self,
            _(
                "A cut is made of shots in order, each with its picked take. Give takes a shot number, plan the shots "
                "in a sheet, or drop clips here. Nothing is sent, and nothing is charged."
            ),
            "muted",
        )  # fmt: skip
        for label in (title, said):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.make = push_button(self, _("New sheet"), lambda: desk.open("sheet"))
        self.number = push_button(self, _("Number takes…"), partial(self._number, desk))
        buttons = hbox(STRETCH, self.make, self.number, STRETCH)
        vbox((STRETCH, 2), picture, title, said, buttons, (STRETCH, 3), on=self, margins=4 * GRID, spacing=2 * GRID)

    @staticmethod
    def _number(desk: Desk) -> None:
        window = desk.window
        window.pages.leave_view()
        window.workspace.view.selectAll()
        window.judge.shot()
