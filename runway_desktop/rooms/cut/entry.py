"""Entry point of the cut: a view of a project in place of its list, with a player of its own. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDropEvent,
    QFocusEvent,
    QFontMetrics,
    QHideEvent,
    QImage,
    QPainter,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QMenu, QStackedLayout, QWidget

from runway_desktop.domain.filenames import safe_name
from runway_desktop.domain.film.cut import GapMode
from runway_desktop.domain.film.timecode import RATES
from runway_desktop.domain.task import TaskId
from runway_desktop.texts import Text, _
from runway_desktop.ui.building import STRETCH, add_check, hbox, line, open_below, passing_menu, push_button, vbox
from runway_desktop.ui.confirm import ask_text
from runway_desktop.ui.desk import Desk
from runway_desktop.ui.empty_picture import EmptyPicture
from runway_desktop.ui.file_dialogs import choose_target
from runway_desktop.ui.labels import strong, words
from runway_desktop.ui.media import commands as media
from runway_desktop.ui.media.kinds.clip import VideoView
from runway_desktop.ui.media.kinds.sound import Waveform, WaveformReader
from runway_desktop.ui.media.players import PlayFault
from runway_desktop.ui.media.preview import FullScreenWindow
from runway_desktop.ui.media.sequence import Part, SequencePlayer
from runway_desktop.ui.media.stage import fitted
from runway_desktop.ui.media.transport import BarButton
from runway_desktop.ui.media.workers import Workers
from runway_desktop.ui.room import PageContent, Review
from runway_desktop.ui.sharing.drag import is_ours
from runway_desktop.ui.tab_group import OneStop
from runway_desktop.ui.tasks import commands as judging
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.tasks.text_cache import TextCache
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.usecases.commands.command import Scope
from runway_desktop.usecases.commands.tasks import KEYED

from .model import NO_FFMPEG, CutForm, CutModel, Editor, Progress, Told
from .room import BACK, EXPORT, IN, NOTE, ON, OUT, WHOLE
from .side import WIDTH as SIDE
from .side import Side
from .strip import CARD, LANE, RULER, TAKE, CutStrip

BELOW = "  ▾"
_OWN = (judging.PICK, judging.PICK_INSTEAD, judging.REJECT, *judging.RATE)
_PLAYING = (media.PLAY, *media.SHUTTLE, media.FRAME_BACK, media.FRAME_FORWARD, media.SOUND)
_GAPS = (
    (GapMode.CARD, Text("Gaps play as a card")), (GapMode.BLACK, Text("Gaps play black")),
    (GapMode.SKIP, Text("Gaps are skipped")),
)  # fmt: skip
_EXPORTS = {
    CutForm.OTIO: (Text("OpenTimelineIO, for Resolve and others"), ".otio"),
    CutForm.FCP7: (Text("FCP7 XML, for Premiere and Resolve"), ".xml"),
    CutForm.EDL: (Text("EDL, for most programs, notes as markers"), ".edl"),
    CutForm.FOLDER: (Text("Folder with all three and the clips"), ""),
    CutForm.MP4: (Text("One MP4, joined by your ffmpeg"), ".mp4"),
    CutForm.CONTACT_SHEET: (Text("Contact sheet, as PDF or PNG"), ".pdf *.png"),
}
"""The first ending is suggested."""
_EDITORS = (
    (Editor.RESOLVE, Text("Paths for Resolve")), (Editor.PREMIERE, Text("Paths for Premiere")),
    (Editor.KDENLIVE, Text("Paths for Kdenlive")),
)  # fmt: skip
_TOLD = (
    (Told.PROMPT, Text("Contact sheet with prompts")), (Told.MODEL, Text("Contact sheet with models")),
    (Told.COST, Text("Contact sheet with what was charged")),
)  # fmt: skip
_GAINS = (0.0, -3.0, -6.0, -12.0, -18.0, -24.0)
"""Decibels."""
_TALL, _MIDDLING = 620, 560
"""Heights of the view with room for four takes below each shot, and for two."""
_WIDE, _NARROW = 75 * GRID, 120 * GRID
"""Widths: of the controls with room for all, and of the view without room for words on the bar."""


def open_room(desk: Desk, wish: str) -> None:
    """`wish`: the project."""
    page = desk.window.findChild(CutPage) or CutPage(desk)
    page.open(wish)


class CutPage(QWidget):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._desk = desk
        self._window = window = desk.window
        posters = window.workspace.posters
        judge = desk.models.task_commands.judging
        self.model = model = CutModel(desk.cases, desk.models.bridge, desk.runner, judge, self)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.player = SequencePlayer(self)
        self.tools = Tools(model, desk)
        self.picture = Screen(model, desk.theme, posters, self)
        self.bar = Bar(self, desk)
        self.strip = CutStrip(model, desk.theme, posters)
        self.side = Side(model, desk.theme, desk.keys, posters.strips, self)
        self._workers = Workers(self)
        self._waveforms = WaveformReader(self._workers, self)
        self._heard_path = ""
        self._full: FullScreenWindow | None = None
        self._empty = EmptyCut(desk, self)
        self._over = vbox((self.picture, 1), self.bar, spacing=0, margins=(2 * GRID, 2 * GRID, 2 * GRID, 0))
        self._hints = words(self, tone="muted", wrap=False)
        self._player, above = QWidget(self), QWidget(self)
        hbox((self._over, 1), self.side, on=self._player, spacing=0)
        self._stack = QStackedLayout(above)
        for one in (self._player, self._empty):
            self._stack.addWidget(one)
        self._head = StripHead(model, self.strip, desk.theme, self)
        hints = hbox(self._hints, margins=(2 * GRID, GRID // 2, 0, GRID))
        vbox((above, 1), line(self), self._head, self.strip, hints, on=self, spacing=0)
        self.setAcceptDrops(True)
        self._connect()
        self._bind()

    def open(self, project: str) -> None:
        self.model.open(project)
        page = PageContent(center=self, project=project, tools=self.tools, chosen=self.chosen_ids, left=self._left)
        self._window.pages.show("cut", page)

    def chosen_ids(self) -> list[TaskId]:
        current = self.model.current_id
        return [current] if current is not None else []

    def note(self, note_id: str = "") -> None:
        """Asks for a note at the playhead, or for another text of one."""
        self.player.pause()
        model, at = self.model, self.player.position
        text = next((one.text for one in model.notes if one.id == note_id), "")
        keep = partial(model.edit_note, note_id) if note_id else partial(model.add_note, at=at)
        title = _("Note at {time}", time=model.words_of(at))
        ask_text(
            self._window, title, _("Note"), text, lambda said: "" if said.strip() else " ", keep, ok=_("Keep note")
        )

    def toggle_full_screen(self) -> None:
        if self._full is not None:
            self._full.close()
            return
        self._full = full = FullScreenWindow(self._desk.theme, self._window)
        full.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        full.left.connect(self._full_screen_left)
        self._bind_playing(full)
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
        lines = 4 if room >= _TALL else 2 if room >= _MIDDLING else 1
        self.strip.setFixedHeight(RULER + CARD + LANE + 4 * GRID + lines * TAKE)
        self.side.setFixedWidth(min(self._desk.theme.wide(SIDE), round(self.width() * 0.4)))
        self._hints.setVisible(bool(self.model.cards) and room >= _MIDDLING)
        self.tools.fit(is_narrow=self.width() < self._desk.theme.wide(_NARROW))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and not is_ours(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.model.add_files([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.chosen_ids():
            self._window.task_menu.popup(event.globalPos())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._full is None:
            self.player.pause()

    def _left(self) -> None:
        self.model.close()
        self.player.close()
        self._window.workspace.status.say_takes("")

    def _connect(self) -> None:
        model, player, strip = self.model, self.player, self.strip
        model.changed.connect(self._show)
        model.loaded.connect(self._load)
        model.sought.connect(player.seek)
        model.undo_offered.connect(self._desk.models.activity.act)
        player.moved.connect(model.stand)
        player.frame.connect(self.picture.show_frame)
        player.entered.connect(lambda _at: self.picture.enter())
        player.failed.connect(self._failed)
        player.glance = self._glance
        strip.scrubbing.connect(lambda on: player.begin_scrub() if on else player.end_scrub())
        strip.sought.connect(player.seek)
        strip.glanced.connect(self.picture.show_glance)
        strip.gesture.connect(self._desk.models.activity.set_gesture)
        strip.seen.connect(self._desk.models.posters.look)
        strip.opened.connect(self._open_take)
        strip.fix_wanted.connect(self._fix)
        self.side.note_wanted.connect(self.note)
        self.picture.clicked.connect(player.toggle_play)
        self._waveforms.ready.connect(self._heard)
        self._desk.keys.changed.connect(self._tell_keys)
        self._desk.endings.extend((player.shutdown, self._workers.shutdown))
        self._tell_keys()

    def _bind(self) -> None:
        window, keys = self._window, self._desk.keys
        tell = self._desk.models.task_commands.tell
        keys.bind(self, Scope.VIEW, ((BACK, ON, IN, OUT, WHOLE, NOTE, EXPORT), lambda: self), tell=tell)
        self._bind_playing(self)
        keys.bind(self, Scope.LIST, (_OWN, lambda: self.model), tell=tell)
        keys.bind(self, Scope.LIST, ((judging.TAG, judging.SHOT, judging.PROJECT), lambda: window.judge), tell=tell)
        keys.bind(self, Scope.LIST, (KEYED, window.chosen_rows), give=lambda key, _on: window.task_menu.take(key))

    def _bind_playing(self, owner: QWidget) -> None:
        plays = (_PLAYING, lambda: self.player), ((media.FULL_SCREEN,), lambda: self)
        self._desk.keys.bind(owner, Scope.PREVIEW, *plays)

    @property
    def shows_result(self) -> bool:
        return self.player.shows_result

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
        self.player.frame_seconds = model.frame_seconds
        parts = [
            Part(Path(card.path) if card.path and not card.gap else None, card.media, card.start, card.length)
            for card in model.cards
        ]
        sound = model.sound
        self.player.show(parts, position, (Path(sound.path), 10 ** (sound.gain_db / 20)) if sound is not None else None)
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
        strips.want((card.path, card.poster))
        image = strips.near(card.path, card.start + seconds - card.at)
        if image is not None:
            self.picture.show_glance(image)
        return image is not None or strips.is_coming(card.path)

    def _failed(self, at: int, fault: PlayFault) -> None:
        if at < len(self.model.cards):
            self._desk.models.task_commands.tell(fault.about(Path(self.model.cards[at].path).name))

    def _open_take(self) -> None:
        if (current := self.model.current_id) is None:
            self._fix(self.model.at)
        elif self._desk.models.rows.position(current) is not None:
            self._desk.open("viewer", current)
        else:
            self._desk.models.task_commands.tell(_("The search hides this take. Clear it to open the take."))

    def _fix(self, at: int) -> None:
        """Opens the takes to judge, or the sheet with the row that makes the shot."""
        card = self.model.cards[at]
        if card.takes:
            self._open_take()
        elif card.sheet_id:
            self._desk.open("sheet", card.sheet_id)

    def _tell_keys(self) -> None:
        cap = self._desk.keys.cap
        hints = (
            ("← →", _("Shot")), ("↑ ↓", _("Try another take")), (cap(judging.PICK), _("Pick it")),
            (f"{cap(IN)} {cap(OUT)}", _("In, out")), (f"{cap(BACK)} {cap(ON)}", _("Move the shot")),
            (cap(media.PLAY), _("Play")), (cap(NOTE), _("Note")),
        )  # fmt: skip
        said = "     ".join(f"{key}  {said}" for key, said in hints if key.strip())
        self._hints.setText(said.replace("Left", "←").replace("Right", "→"))


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


class Bar(QWidget):
    """Controls of the player."""

    def __init__(self, page: CutPage, desk: Desk) -> None:
        super().__init__(page)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self._page, self._keys, self._theme = page, desk.keys, desk.theme
        model, player, theme = page.model, page.player, desk.theme
        self._before = BarButton(theme, self, lambda: model.go(model.at - 1))
        self._back = BarButton(theme, self, lambda: player.step(-1))
        self._play = BarButton(theme, self, player.toggle_play)
        self._on = BarButton(theme, self, lambda: player.step(1))
        self._next = BarButton(theme, self, lambda: model.go(model.at + 1))
        self._time, self._whole = words(self, wrap=False), words(self, tone="muted", wrap=False)
        self._speed = words(self, tone="muted", wrap=False)
        self._note = push_button(self, "", page.note, kind="flat")
        self._loop = BarButton(theme, self, player.toggle_loop, checkable=True)
        self._sound = BarButton(theme, self, player.toggle_sound)
        self._full = BarButton(theme, self, page.toggle_full_screen)
        first, last = (
            (self._before, self._back, self._play, self._on, self._next),
            (self._loop, self._sound, self._full),
        )
        parts = (*first, GRID, self._time, self._whole, GRID, self._speed, STRETCH, self._note, *last)
        hbox(*parts, on=self, margins=(0, GRID, 0, GRID), spacing=GRID // 2)
        OneStop(self, first)
        OneStop(self, last)
        player.changed.connect(self.renew)
        model.changed.connect(self.renew)
        model.moved.connect(self._write)
        desk.keys.changed.connect(self.renew)
        FollowsTheme(theme, self, self.renew)

    def renew(self) -> None:
        player, keys, model = self._page.player, self._keys, self._page.model
        font = self._theme.tabular(self._theme.strong_font())
        font.setPointSizeF(font.pointSizeF() * 1.4)
        self._time.setFont(font)
        self._time.setFixedWidth(QFontMetrics(font).horizontalAdvance("00:00:00:00 "))
        self._before.dress("mdi6.skip-previous", _("Shot before"))
        self._next.dress("mdi6.skip-next", _("Next shot"))
        self._back.dress_as(media.FRAME_BACK, keys)
        self._on.dress_as(media.FRAME_FORWARD, keys)
        self._play.dress_play(player.is_playing, keys.words(media.PLAY))
        self._loop.setChecked(player.loop)
        self._loop.dress("mdi6.repeat", _("Loop"))
        self._sound.dress_sound(player.muted, keys.words(media.SOUND))
        self._full.dress_as(media.FULL_SCREEN, keys)
        self._note.setText(f"{_('Note here')}   {keys.cap(NOTE)}".rstrip())
        self._note.setAccessibleName(_("Note here"))
        self._whole.setText(_("of {time}", time=model.words_of(model.length)))
        is_wide = self.width() >= self._theme.wide(_WIDE)
        for part in (self._whole, self._speed, self._note):
            part.setVisible(is_wide)
        shuttle = " ".join(filter(None, map(keys.cap, media.SHUTTLE)))
        self._speed.setText(f"{shuttle}   {player.rate:g}×".strip())
        self._write(player.position)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.renew()

    def _write(self, seconds: float) -> None:
        self._time.setText(self._page.model.words_of(seconds))


class StripHead(QWidget):
    """Above the strip: what the cut consists of, how gaps play, and the zoom."""

    def __init__(self, model: CutModel, strip: CutStrip, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._says = words(self, wrap=False)
        self._gaps = push_button(self, "", self._open_gaps, kind="chip")
        self._gain = push_button(self, "", self._open_gains, kind="chip")
        zooms = (("−", -1, _("Zoom out")), (_("Fit"), 0, _("Fit")), ("+", 1, _("Zoom in")))
        buttons = [
            push_button(self, text, partial(strip.zoom, by), kind="flat", spoken=said) for text, by, said in zooms
        ]
        margins = (2 * GRID, GRID, 2 * GRID, 0)
        hbox(self._says, STRETCH, self._gain, self._gaps, *buttons, on=self, margins=margins, spacing=GRID // 2)
        OneStop(self, buttons)
        model.changed.connect(self.renew)
        FollowsTheme(theme, self, self.renew)

    def renew(self) -> None:
        model = self._model
        self._says.setText(model.words)
        self._gaps.setText(f"{dict(_GAPS)[model.cut.gaps]}{BELOW}")
        self._gaps.setVisible(any(card.gap for card in model.cards) or model.cut.gaps is GapMode.SKIP)
        self._gain.setVisible(model.sound is not None)
        if model.sound is not None:
            self._gain.setText(f"♪ {_gain_words(model.sound.gain_db)}{BELOW}")
            self._gain.setAccessibleName(_("Sound: {volume}", volume=_gain_words(model.sound.gain_db)))

    def _open_gaps(self) -> None:
        open_below(add_choices(passing_menu(self), _GAPS, self._model.cut.gaps, self._model.set_gaps), self._gaps)

    def _open_gains(self) -> None:
        if (sound := self._model.sound) is not None:
            gains = [(gain, _gain_words(gain)) for gain in _GAINS]
            menu = add_choices(passing_menu(self), gains, sound.gain_db, self._model.set_gain)
            menu.addSeparator()
            menu.addAction(_("Remove the sound"), self._model.remove_sound)
            open_below(menu, self._gain)


Options = Iterable[tuple[Any, Text | str]]


def add_choices(menu: QMenu, options: Options, now: object, chosen: Callable[[Any], object]) -> QMenu:
    """Adds entries, one of them checked."""
    for value, said in options:
        add_check(menu, str(said), partial(chosen, value), checked=value == now)
    return menu


class Tools(QWidget):
    """At the end of the views' bar: rate, review, export."""

    def __init__(self, model: CutModel, desk: Desk) -> None:
        super().__init__(desk.window)
        self._model, self._desk, self._editor = model, desk, Editor.RESOLVE
        self.told = set[Told]()
        """What the next contact sheet tells; it may go to a client, so each begins without."""
        self.rate = push_button(self, "", self._open_rates, kind="chip")
        self.review = push_button(self, "", self._send, spoken=_("Send for review…"), tip=_("Send for review…"))
        self.export = push_button(self, f"{_('Export')}{BELOW}", self.open_exports, spoken=_("Export"))
        hbox(self.rate, self.review, self.export, on=self, spacing=GRID // 2)
        model.changed.connect(self.renew)
        self.renew()

    def renew(self) -> None:
        said = _("{rate} fps", rate=self._model.fps.name)
        self.rate.setText(f"{said}{BELOW}")
        self.rate.setAccessibleName(_("Rate of the cut: {rate}", rate=said))
        for part in (self.export, self.review, self.rate):
            part.setEnabled(bool(self._model.cards))

    def fit(self, *, is_narrow: bool) -> None:
        self.review.setIcon(self._desk.theme.icon("mdi6.send-outline", Role.TEXT))
        self.review.setText("" if is_narrow else _("Send for review…"))

    def _send(self) -> None:
        ids = [card.takes[card.now].task.id for card in self._model.cards if card.now is not None]
        self._desk.open("review", Review(ids, keeps_order=True))

    def _open_rates(self) -> None:
        rates = [(rate, _("{rate} fps", rate=rate.name)) for rate in RATES]
        open_below(add_choices(passing_menu(self), rates, self._model.fps, self._model.set_rate), self.rate)

    def open_exports(self) -> None:
        """What the cut can become; gaps are told first."""
        model = self._model
        menu = passing_menu(self)
        if said := model.gap_words:
            menu.addAction(said).setEnabled(False)
            menu.addSeparator()
        for form, (name, _suffix) in _EXPORTS.items():
            action = menu.addAction(str(name), partial(self._choose_target, form))
            if form is CutForm.MP4 and not model.can_film:
                action.setText(str(NO_FFMPEG))
                action.setEnabled(False)
        menu.addSeparator()
        add_choices(menu, _EDITORS, self._editor, partial(setattr, self, "_editor"))
        menu.addSeparator()
        for one, tick in _TOLD:
            add_check(menu, str(tick), partial(self.told.symmetric_difference_update, {one}), checked=one in self.told)
        open_below(menu, self.export)

    def _choose_target(self, form: CutForm) -> None:
        said, suffix = _EXPORTS[form]
        name = safe_name(self._model.project) or "cut"
        start = Path(f"{name}{suffix.partition(' ')[0]}")
        filters = f"{said} (*{suffix})" if suffix else ""
        choose_target(self._desk.window, _("Export the cut"), partial(self.write, form), start, filters)

    def write(self, form: CutForm, target: Path) -> None:
        activity = self._desk.models.activity

        def told() -> None:
            share = round(100 * progress.done / max(1, progress.total))
            activity.say(number, _("Exporting “{name}”, {n} %", name=target.name, n=share))

        progress = Progress(told)
        number = activity.follow(_("Exporting “{name}”…", name=target.name), _("Stop"), progress.stop)
        self._model.export(form, target, self._editor, tuple(self.told), progress, partial(self._written, number))
        if form is CutForm.CONTACT_SHEET:
            self.told.clear()

    def _written(self, number: int, paths: Sequence[Path]) -> None:
        models = self._desk.models
        models.activity.end(number)
        if paths:
            show = partial(models.task_commands.selection_wanted.emit, list(paths))
            models.activity.tell(_("Exported: “{name}”", name=paths[0].name), action_text=_("Show"), on_action=show)


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


def _gain_words(gain_db: float) -> str:
    return _("{n} dB", n=f"{gain_db:+g}".replace("-", "−") if gain_db else "0")
