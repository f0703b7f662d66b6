"""The preview: outputs of one task from their saved files, with controls for their kind.

A kind's record (`kinds`) supplies its widget. For kinds without one, and files that Qt cannot decode, it offers to open
the file or its folder. Showing what is already shown is a no-op, so live updates never disturb playback. GUI thread
only; bad files do not raise, the stage shows a sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QElapsedTimer, Qt, Signal, SignalInstance
from PySide6.QtGui import QCloseEvent, QHideEvent, QImage, QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QWidget

from runway_desktop.domain.media import Media
from runway_desktop.services.disk.disk_threads import QuickLook
from runway_desktop.texts import _
from runway_desktop.ui.building import timer, vbox
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.sharing.drag import start_drag
from runway_desktop.ui.theme import GRID, Role, Theme
from runway_desktop.usecases.commands.command import Scope
from runway_desktop.usecases.commands.drag_payload import DragPayload
from runway_desktop.usecases.words.tasks import Showing

from .commands import COMMANDS
from .kinds.kind import PreviewParts
from .kinds.kinds import kind_of
from .picture import BadPicture, small_poster
from .playback import Playback, PlayState
from .players import PlayFault
from .stage import NoticeView, Stage, StageBox
from .strip import OutputStrip
from .strips import Strips
from .transport import Transport
from .workers import Workers

OPEN_DELAY_MS = 120
"""A clip opens at once; further ones within this time open when the selection rests, so holding an arrow key in the
list opens none of them."""


class Preview(QWidget):
    currentChanged = Signal(int)
    """The person selected another output."""
    openRequested = Signal(Path)
    """Open this file with the system's program."""
    folder_wanted = Signal(Path)
    """Show this file in its folder."""
    full_screen_asked = Signal()
    frame_wanted = Signal(QWidget)
    """Uses of the visible frame are wanted, below this button."""
    released = Signal()
    """The file is closed, after `stop`."""

    def __init__(
        self,
        palette_source: Theme,
        keys: Keys,
        strips: Strips,
        parent: QWidget | None = None,
        *,
        playback: Playback | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = palette_source
        self._keys = keys
        self._workers = Workers(self)
        self._look = QuickLook()
        self.playback = playback if playback is not None else Playback(self)
        self._items: tuple[Showing, ...] = ()
        self.current_index = 0
        self._shown: Showing | None = None
        self._missing: Path | None = None
        """The current file, if it was missing; checked again by the next call."""
        self._made: dict[Media, Stage] = {}
        """Preview widgets created so far, by kind."""
        self._pending_open: tuple[Path, bool] | None = None
        self._due: tuple[Path | None, float] | None = None
        """A file, and the time to go to once it is open."""
        self._opener = timer(self, OPEN_DELAY_MS, self._open_pending)
        self._opened = QElapsedTimer()
        self._full_screen: FullScreenWindow | None = None
        self._is_lent = self._rests = False
        self._build(strips)
        self._connect()
        self.clear()

    @property
    def shown_path(self) -> Path | None:
        """The file on the stage, even if it is missing."""
        return self._shown.path if self._shown is not None else None

    @property
    def shows_result(self) -> bool:
        return self.shown_path is not None

    def shown_frame(self) -> QImage:
        """The visible frame of a clip; a null image for other kinds, and while only the poster is shown."""
        return self.stage.frame()

    @property
    def stage(self) -> Stage:
        return self._stages.current

    def show_outputs(self, items: Sequence[Showing], index: int = 0) -> None:
        """Shows one output, with a strip to select others. An output that is already shown keeps playing."""
        if not items:
            self.clear()
            return
        self._items = tuple(items)
        self.current_index = min(max(index, 0), len(items) - 1)
        self.strip.setVisible(len(items) > 1)
        if len(items) > 1:
            self.strip.show_items(self._items, self.current_index)
        self._show_current()
        self._go_if_open()

    def go_to(self, path: Path | None, seconds: float) -> None:
        """Selects the output with this file and goes to a time, as soon as it is there and open."""
        self._due = (path, seconds)
        self._go_if_open()

    def _go_if_open(self) -> None:
        if self._due is None:
            return
        path, seconds = self._due
        if self.shown_path == path and self.playback.shows_result:
            self._due = None
            self.playback.pause()
            self.playback.seek(seconds)
        elif self.shown_path != path:
            at = next((number for number, item in enumerate(self._items) if item.path == path), self.current_index)
            if at != self.current_index:
                self.show_outputs(self._items, at)
                self.currentChanged.emit(at)

    def clear(self, text: str = "") -> None:
        self._items, self.current_index = (), 0
        self.strip.hide()
        self._leave()
        self._shown = None
        self._say(text)

    def lend(self, on: bool) -> None:
        """Lends the preview to the large view, which then handles the keys. Clips play as soon as they are open, unless
        motion is reduced."""
        self._is_lent, self._due = on, None
        self._transport.count_frames(on)
        self._offer_frame()
        for action in (*self.actions(), *self._body.actions()):
            action.setEnabled(not on)
        if on and not self._theme.is_calm and not self.playback.is_playing and self._opens_now():
            self.playback.play()

    def rest(self, on: bool) -> None:
        """On, it stops and opens nothing, while other players are used. Off, it shows what was requested last."""
        if on is not self._rests:
            self._rests = on
            if on:
                self.stop()
            else:
                self._show_current()

    def zoom(self, by: int) -> None:
        self.stage.zoom_by(by)

    def toggle_full_screen(self) -> None:
        if self._is_lent:
            self.full_screen_asked.emit()
        elif self._full_screen is not None:
            self._full_screen.close()
        elif self._items:
            window = FullScreenWindow(self._theme, self.window())
            window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            window.left.connect(self._full_screen_left)
            self._full_screen = window
            self._stages.set_rounded(False)
            self._rows.setContentsMargins(2 * GRID, 0, 2 * GRID, GRID)
            window.take(self._body, self._items[self.current_index].title)
            self.stage.setFocus(Qt.FocusReason.OtherFocusReason)

    def stop(self) -> None:
        """Closes the shown file before it is deleted or moved; `released` follows. The poster stays visible."""
        self._leave(even_if_empty=True)
        self._shown = None

    def shutdown(self) -> None:
        """Call before the application quits, and let the event loop run once afterwards. Stops the player and the
        threads."""
        if self._full_screen is not None:
            self._full_screen.close()
        self._leave()
        self.playback.shutdown()
        self._workers.shutdown()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._full_screen is None:
            self.playback.pause()

    def _build(self, strips: Strips) -> None:
        self._body = QWidget(self)
        self._notice = NoticeView(self._theme)
        self._stages = StageBox(self._notice, self._body)
        self._transport = Transport(self._theme, self.playback, keys=self._keys)
        self._no_bar = QWidget()
        self._bars = QStackedWidget(self._body)
        for bar in (self._no_bar, self._transport):
            self._bars.addWidget(bar)
        self._parts = PreviewParts(
            theme=self._theme,
            keys=self._keys,
            workers=self._workers,
            strips=strips,
            playback=self.playback,
            transport=self._transport,
            open_soon=self._open_soon,
            not_shown=self._not_shown,
            toggle_full_screen=self.toggle_full_screen,
        )
        self._bars.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.strip = OutputStrip(self._theme, self._workers, self._body)
        self.strip.hide()
        self._rows = vbox(self._bars, self.strip)
        vbox((self._stages, 1), self._rows, on=self._body)
        vbox(self._body, on=self)
        self.setFocusProxy(self._stages)
        self.setAccessibleName(_("Preview"))

    def _connect(self) -> None:
        playback = self.playback
        playback.opens = self._opens_now
        playback.failed.connect(self._play_failed)
        playback.changed.connect(self._go_if_open)
        playback.released.connect(self.released)
        self._notice.action_wanted.connect(lambda: self._hand_over(self.openRequested))
        self._notice.folder_wanted.connect(lambda: self._hand_over(self.folder_wanted))
        self._notice.drag_wanted.connect(self._drag_out)
        self.strip.chosen.connect(self._chosen)
        self.strip.drag_wanted.connect(self._drag_out_of_strip)
        self._transport.full_screen_wanted.connect(self.toggle_full_screen)
        self._transport.frame_wanted.connect(self.frame_wanted)
        # Bound to the body, which moves into the full-screen window with all controls.
        self._keys.bind(self._body, Scope.PREVIEW, (COMMANDS, lambda: self))

    def _stage_of(self, media: Media) -> Stage | None:
        kind = kind_of(media)
        if kind is not None and media not in self._made:
            made = self._made[media] = kind.preview(self._parts)
            self._stages.add(made)
            if made.bar is not None:
                self._bars.addWidget(made.bar)
            made.drag_wanted.connect(self._drag_out)
        return self._made.get(media)

    def _show_current(self) -> None:
        item = self._items[self.current_index] if self._items else None
        before = self._shown
        came_back = self._missing is not None and self._look.is_file(self._missing)
        if self._rests or item is None or (item == before and not came_back):
            return
        self._missing = None
        same_file = item.path is not None and before is not None and _content(before) == _content(item)
        self._shown = item
        if same_file and not came_back:
            self.stage.take(item)
            return
        self._leave()
        if item.path is None:
            self._say(item.text, poster=self._poster(item))
        elif not self._look.is_file(item.path):
            self._say_missing(item.path)
        elif (stage := self._stage_of(item.media)) is not None:
            self._put(stage)
            stage.show_file(item.path)
        else:
            self._offer_system(item.path, _("No preview"))

    def _put(self, stage: Stage) -> None:
        if stage is not self.stage:
            self.stage.leave()
        self._bars.setCurrentWidget(stage.bar or self._no_bar)
        self._stages.show_stage(stage)
        if self._shown is not None:
            stage.take(self._shown)
        self._offer_frame()

    def _offer_frame(self) -> None:
        """In the large view, which has room for the button."""
        shown = self._shown
        self._transport.offer_frame(self._is_lent and shown is not None and shown.media.kind.has_frames)

    def _leave(self, *, even_if_empty: bool = False) -> None:
        """Stops all work for the output that was shown."""
        self._opener.stop()
        self._pending_open = None
        self.stage.leave()
        if even_if_empty or self.playback.activity is not PlayState.EMPTY:
            self.playback.close()

    def _say(self, words: str, poster: QImage | None = None, *, can_open: bool = False) -> None:
        self._notice.say(words, poster, can_open=can_open)
        self._put(self._notice)

    def _say_missing(self, path: Path) -> None:
        self._missing = path
        self._say(PlayFault.MISSING.about(path.name))

    def _offer_system(self, path: Path, words: str) -> None:
        self._say(f"{path.name}\n{words}", self._poster(self._shown), can_open=True)

    def _poster(self, item: Showing | None) -> QImage:
        return small_poster(item.poster if item is not None else None)

    def _not_shown(self, found: BadPicture) -> None:
        if found.missing:
            self._say_missing(found.path)
        else:
            self._offer_system(found.path, found.reason)

    def _open_soon(self, path: Path, pictures: bool) -> None:
        self._pending_open = (path, pictures)
        if self._opened.isValid() and self._opened.elapsed() < OPEN_DELAY_MS:
            self._opener.start()
        else:
            self._open_pending()
        self._opened.start()

    def _opens_now(self) -> bool:
        """Whether the stage can play. If so, opens a file that is delayed or was stopped."""
        if not self.stage.plays:
            return False
        if self._shown is None:
            self._show_current()
        if self._pending_open is not None:
            self._open_pending()
        return True

    def _open_pending(self) -> None:
        self._opener.stop()
        pending, self._pending_open = self._pending_open, None
        if pending is not None:
            self.playback.open(pending[0], pictures=pending[1], play=self._is_lent and not self._theme.is_calm)

    def _play_failed(self, fault: PlayFault) -> None:
        path = self._shown.path if self._shown is not None else None
        if path is None:
            return
        if fault is PlayFault.MISSING:
            self._say_missing(path)
        else:
            self._say(fault.about(path.name), self._poster(self._shown), can_open=True)

    def _chosen(self, index: int) -> None:
        if index != self.current_index:
            self.current_index = index
            self._show_current()
            self.currentChanged.emit(index)

    def _hand_over(self, wanted: SignalInstance) -> None:
        if self._shown is not None and self._shown.path is not None:
            wanted.emit(self._shown.path)

    def _drag_out_of_strip(self, row: int) -> None:
        if 0 <= row < len(self._items) and self._items[row].path is not None:
            start_drag(self, self._theme, self._parcel(row), self.strip.thumbnail_at(row))

    def _drag_out(self) -> None:
        item = self._shown
        if item is None or item.path is None:
            return
        start_drag(self, self._theme, self._parcel(self.current_index), self.stage.drag_image())

    def _parcel(self, row: int) -> DragPayload:
        path, count = self._items[row].path, len(self._items)
        return DragPayload(
            paths=(path,) if path is not None else (),
            part=_("{number} of {count}", number=row + 1, count=count) if count > 1 else "",
        )

    def _full_screen_left(self) -> None:
        self._full_screen = None
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._stages.set_rounded(True)
        layout = self.layout()
        if layout is not None:
            layout.addWidget(self._body)
        self._body.show()
        self.stage.setFocus(Qt.FocusReason.OtherFocusReason)


def _content(item: Showing) -> tuple[object, ...]:
    return (item.path, item.media, item.changed)


class FullScreenWindow(QWidget):
    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._theme = theme
        self._layout = vbox(on=self)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        escape.activated.connect(self.close)
        theme.changed.connect(self.update)

    def take(self, body: QWidget, title: str) -> None:
        self.setWindowTitle(title)
        self._layout.addWidget(body)
        body.show()
        self.showFullScreen()
        self.activateWindow()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), self._theme.color(Role.WINDOW))

    def closeEvent(self, event: QCloseEvent) -> None:
        event.accept()
        self.left.emit()
