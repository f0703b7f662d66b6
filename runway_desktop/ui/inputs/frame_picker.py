"""Dialog to select one frame of a clip as a picture, with the preview's controls.

Without a nested event loop. GUI thread only; create it from a plain slot.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QWidget

from runway_desktop.texts import _
from runway_desktop.ui.building import STRETCH, Dialog, hbox, push_button, vbox
from runway_desktop.ui.labels import words
from runway_desktop.ui.media.kinds.clip import VideoView
from runway_desktop.ui.media.playback import Playback, PlaybackEngine, PlayState
from runway_desktop.ui.media.players import PlayFault
from runway_desktop.ui.media.transport import Transport
from runway_desktop.ui.media.workers import Workers
from runway_desktop.ui.theme import GRID, Theme

from .frames import png_of, silent_engine

_SIZE = (80 * GRID, 60 * GRID)


class FramePicker(Dialog):
    chosen = Signal(object, str)
    """PNG bytes, and which frame it is ("frame at 2.4 s")."""

    def __init__(
        self,
        path: Path,
        theme: Theme,
        parent: QWidget,
        *,
        make_engine: Callable[[QObject], PlaybackEngine] = silent_engine,
    ) -> None:
        super().__init__(_("Choose a frame of {file}", file=path.name), parent)
        self._name = path.name
        self._workers = Workers(self, threads=1)
        self.playback = Playback(self, make_engine)
        self._view = VideoView(theme, self)
        self._view.setAccessibleName(_("Selected frame"))
        self._transport = Transport(theme, self.playback, self)
        self._transport.keep_to_frames()
        self._transport.play_wanted.connect(self.playback.toggle)
        self._said = words(self, tone="bad")
        self._said.hide()
        self._use = push_button(self, _("Use this frame"), self._take, kind="primary", default=True)
        self._use.setEnabled(False)
        cancel = push_button(self, _("Cancel"), self.reject)
        vbox((self._view, 1), self._transport, self._said, hbox(STRETCH, cancel, self._use), on=self, margins=2 * GRID)
        self.resize(*_SIZE)
        self.playback.frame.connect(self._show_frame)
        self.playback.failed.connect(self._show_fault)
        self.finished.connect(lambda _: self._let_go())
        self.playback.open(path, pictures=True)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self._let_go()

    def _show_frame(self, frame: object) -> None:
        self._view.show_frame(frame)  # type: ignore[arg-type]
        self._use.setEnabled(True)

    def _show_fault(self, fault: PlayFault) -> None:
        self._said.setText(fault.about(self._name))
        self._said.show()
        self._use.setEnabled(False)

    def _take(self) -> None:
        if self.playback.activity is PlayState.PLAYING:
            self.playback.pause()
        image = self._view.image()
        words = f"frame at {self.playback.position:.2f} s"
        self._use.setEnabled(False)
        self._workers.run(partial(png_of, image), partial(self._encoded, words))

    def _encoded(self, words: str, png: bytes) -> None:
        if png:
            self.chosen.emit(png, words)
            self.accept()
        else:
            self._show_fault(PlayFault.NO_PICTURE)

    def _let_go(self) -> None:
        self.playback.shutdown()
        self._workers.shutdown()
