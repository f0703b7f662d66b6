"""Takes side by side: panes, playback in step, and the overlay of two takes.

The view-model decides what is compared. Open it from a plain slot, not from a coroutine. GUI thread only.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QStackedWidget, QWidget

from runway_desktop.domain.task import Pick
from runway_desktop.texts import _
from runway_desktop.ui.building import grid, hbox, in_turns
from runway_desktop.ui.media.kinds.kinds import kind_of
from runway_desktop.ui.media.picture import BadPicture, Picture, small_poster
from runway_desktop.ui.media.picture_view import STEP
from runway_desktop.ui.media.playback import MOST, Playback
from runway_desktop.ui.media.players import PlayFault
from runway_desktop.ui.media.strips import Strips
from runway_desktop.ui.media.workers import Workers
from runway_desktop.ui.sharing.drag import start_drag
from runway_desktop.ui.theme import GRID, DarkRoom
from runway_desktop.usecases.commands.drag_payload import DragPayload
from runway_desktop.usecases.listing.takes import Take

from .model import ViewerModel
from .pair import STRIDE, CompareMode, CompareOverlay
from .pane import Pane, Sight, make_an_image, open_graphics


class Panes(QStackedWidget):
    full_screen_wanted = Signal()
    size_wanted = Signal(int)
    said = Signal(str)
    """Why two takes cannot be shown over each other."""
    mode_changed = Signal()

    def __init__(self, model: ViewerModel, theme: DarkRoom, strips: Strips, parent: QWidget) -> None:
        super().__init__(parent)
        self.model = model
        self._theme = theme
        self._sight = Sight(self)
        self._workers = Workers(self)
        self.playback = Playback(self)
        self.mode = CompareMode.SIDE_BY_SIDE
        self._takes: list[Take | None] = [None] * MOST
        """The take of each pane, or None."""
        self._is_open = self._shows_clips = self._has_played = False
        self._strips = strips
        self._crossed_at: float | None = None
        """Position of the pointer that moves across a pane, in seconds."""
        self._build()
        self._connect()

    def open(self) -> None:
        """Shows the view-model's current takes."""
        self._is_open = True
        self._sight.fit()
        self.set_mode(CompareMode.SIDE_BY_SIDE)
        self._fill(at=0.0, play=True)
        self.panes[self.model.focus].setFocus(Qt.FocusReason.OtherFocusReason)
        if self._clips():
            # The process that extracts frames then runs by the time the clips play.
            self._strips.warm()

    def close_files(self) -> None:
        self._is_open = self._has_played = False
        self._crossed_at = None
        self.playback.close()
        for position in range(MOST):
            self._empty(position)

    def shutdown(self) -> None:
        """Call before the application quits, and let the event loop run once afterwards."""
        self.close_files()
        self.playback.shutdown()
        self._workers.shutdown()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowActivate and self._is_open:
            self.model.look_again()
        return super().event(event)

    def toggle_mode(self, mode: CompareMode) -> None:
        """Selecting the active layout again returns to side by side."""
        self.set_mode(CompareMode.SIDE_BY_SIDE if mode is self.mode else mode)

    def near(self) -> None:
        """A drag of the position may follow: requests small frames of the shown clips."""
        self._strips.want(*((take.output.path, take.output.poster) for _, take in self._clips()))

    def move_divider(self, steps: int) -> None:
        if self.mode is CompareMode.WIPE:
            self.overlay.set_divider(self.overlay.divider + steps * STRIDE)

    @property
    def shows_clips(self) -> bool:
        return any(take is not None and take.media.kind.is_timed for take in self._takes)

    @property
    def shows_result(self) -> bool:
        return bool(self.model.shown)

    def toggle_full_screen(self) -> None:
        self.full_screen_wanted.emit()

    def zoom(self, by: int) -> None:
        """1 zooms in, −1 out, 0 toggles between fitted and one image pixel per screen pixel of the focused take."""
        if by:
            self._sight.set(self._sight.zoom * STEP**by, self._sight.middle)
        else:
            self._toggle_zoom()

    def _build(self) -> None:
        # Time runs from left to right in every language, and the first take is left of the wipe.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        side_by_side = QWidget(self)
        self.panes = [Pane(self._theme, self._sight, side_by_side) for _pane in range(MOST)]
        self.overlay = CompareOverlay(self._theme, self._sight, self._workers, self)
        self._grid = grid(on=side_by_side, across=GRID // 2, down=GRID // 2, margins=GRID + 2)
        self._aside_room = QWidget(side_by_side)
        self._aside = hbox(on=self._aside_room, spacing=GRID // 2)
        self._arranged: tuple[list[int], frozenset[int]] = ([], frozenset())
        self.addWidget(side_by_side)
        self.addWidget(self.overlay)

    def _connect(self) -> None:
        model, playback = self.model, self.playback
        model.changed.connect(self._changed)
        model.judged.connect(self._show_words)
        model.focus_moved.connect(self._show_focus)
        playback.shown.connect(self._show_frames)
        playback.failed.connect(self._clip_failed)
        playback.changed.connect(self._played)
        playback.glance = self._glance
        self._strips.grown.connect(self._grown)
        for position, pane in enumerate(self.panes):
            pane.chosen.connect(partial(model.focus_on, position))
            pane.opened.connect(partial(self.size_wanted.emit, 1))
            pane.drag_wanted.connect(partial(self._drag, position))
            pane.crossed.connect(self._cross)
            pane.uncrossed.connect(self._uncross)

    def _changed(self) -> None:
        if self._is_open and not self.model.is_one:
            same = {take.key for take in self._takes if take is not None} & {
                stack.top.key for stack in self.model.shown
            }
            # Keep the position if one of the takes stays: its moment is being compared.
            self._fill(at=self.playback.position if same else 0.0, play=self.playback.is_playing or not same)

    def _fill(self, *, at: float, play: bool) -> None:
        shown = self.model.shown
        for position, pane in enumerate(self.panes):
            take = shown[position].top if position < len(shown) else None
            pane.setVisible(take is not None)
            if take is None:
                self._empty(position)
            elif self._takes[position] is None or self._takes[position] != take:
                self._put(position, take)
        files = [
            (take.path, take.media) if take is not None and take.media.kind.is_timed else None for take in self._takes
        ]
        if any(files):
            self.playback.open_all(files, at=at, play=play)
            if not self._shows_clips:
                # Queued behind the opening of the clips, which runs in parallel.
                self._shows_clips = True
                in_turns(self, open_graphics, make_an_image)
        else:
            self.playback.close()
        if self.mode is not CompareMode.SIDE_BY_SIDE and len(shown) < 2:
            self.set_mode(CompareMode.SIDE_BY_SIDE)
        self._show_words()
        self._show_focus()

    def _arrange(self) -> None:
        """Lays out two side by side, up to four in a square; rejected takes are small, in a free corner or below."""
        all_positions, rejected = range(len(self.model.shown)), self.model.rejected()
        held = [position for position in all_positions if position not in rejected]
        if (held, rejected) == self._arranged:
            return
        self._arranged = (held, rejected)
        for pane in self.panes:
            self._grid.removeWidget(pane)
            self._aside.removeWidget(pane)
        corner = (1, 1, 1, 1) if len(held) == 3 else (2, 0, 1, 2)
        self._grid.addWidget(self._aside_room, *corner)
        self._aside_room.setVisible(bool(rejected))
        for at, index in enumerate(held):
            self._grid.addWidget(self.panes[index], at // 2, at % 2)
        for index in sorted(rejected):
            self._aside.addWidget(self.panes[index])
        for index in all_positions:
            self.panes[index].set_aside(index in rejected)
        for at in range(2):
            self._grid.setRowStretch(at, 1 if at == 0 or len(held) > 2 else 0)
            self._grid.setColumnStretch(at, 1 if at == 0 or len(held) > 1 else 0)

    def _put(self, position: int, take: Take) -> None:
        before, self._takes[position] = self._takes[position], take
        if before is not None and before.key == take.key and before.content == take.content:
            return
        if before is not None and before.path == take.path:
            # The file was replaced under the same name.
            self.playback.let_go(position)
        poster = take.output.poster
        self.panes[position].surface.clear(small_poster(Path(poster) if poster else None))
        kind = kind_of(take.media)
        if kind is None:
            self.panes[position].surface.words = f"{take.path.name}\n{_('No preview')}"
        elif kind.read is not None:
            self._workers.run(partial(kind.read, take.path), partial(self._picture_read, position), at=take.path)
        self._repaint(position)

    def _empty(self, position: int) -> None:
        self._takes[position] = None
        self.panes[position].surface.clear()
        self.overlay.forget()

    def _picture_read(self, position: int, result: Picture | BadPicture) -> None:
        take = self._takes[position]
        if take is None or take.path != result.path:
            return
        surface = self.panes[position].surface
        if isinstance(result, Picture):
            surface.picture = result
        else:
            name = take.path.name
            surface.words = (
                PlayFault.MISSING.about(name)
                if result.missing
                else _("{file} can't be read. It may be damaged.", file=name)
            )
        self._repaint(position)
        self._show_overlay()

    def _show_frames(self, frames: dict[int, Any]) -> None:
        for position, frame in frames.items():
            if not self._hides(frame):
                self.panes[position].surface.set_frame(frame)
                self._repaint(position)

    def _clip_failed(self, fault: PlayFault, position: int) -> None:
        take = self._takes[position]
        if take is not None:
            self.panes[position].surface.words = fault.about(take.path.name)
            self._repaint(position)

    def _repaint(self, position: int) -> None:
        if self.mode is CompareMode.SIDE_BY_SIDE:
            self.panes[position].update()
        else:
            self.overlay.update()

    def _show_words(self) -> None:
        model = self.model
        if model.is_one:
            return
        self._arrange()
        for position, stack in enumerate(model.shown):
            task = stack.top.task
            bold = task.pick is not Pick.NONE or not task.rating
            self.panes[position].set_words(
                model.caption(position), stack.top.judgment(), bold=bold, stack=stack.words()
            )
        self._show_overlay()

    def _show_focus(self) -> None:
        position = self.model.focus
        for number, pane in enumerate(self.panes):
            pane.set_marked(number == position and len(self.model.shown) > 1)
        pane = self.panes[position]
        focus = self.window().focusWidget()
        if self.mode is CompareMode.SIDE_BY_SIDE and not isinstance(focus, QAbstractButton | QAbstractSlider):
            pane.setFocus(Qt.FocusReason.OtherFocusReason)
        self.playback.hear(position)
        self._show_overlay()

    def _pair(self) -> tuple[int, int] | None:
        """The focused pane and its neighbor, left one first; None with fewer than two."""
        amount = len(self.model.shown)
        if amount < 2:
            return None
        first = min(self.model.focus, amount - 2)
        return (first, first + 1)

    def set_mode(self, mode: CompareMode) -> None:
        if mode is not CompareMode.SIDE_BY_SIDE and self._pair() is None:
            self.said.emit(_("No other result to compare with."))
            mode = CompareMode.SIDE_BY_SIDE
        self.mode = mode
        overlaid = mode is not CompareMode.SIDE_BY_SIDE
        self.setCurrentIndex(1 if overlaid else 0)
        self._show_overlay()
        if overlaid:
            self.overlay.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._show_focus()
        self.mode_changed.emit()

    def _show_overlay(self) -> None:
        pair = self._pair()
        if self.mode is CompareMode.SIDE_BY_SIDE or pair is None:
            return
        names = [f"{self.model.caption(position)} · {self.model.shown[position].top.judgment()}" for position in pair]
        first, second = self.panes[pair[0]].surface, self.panes[pair[1]].surface
        self.overlay.show_pair(first, second, self.mode, (names[0], names[1]))
        if self.mode is CompareMode.DIFFERENCE:
            self.overlay.look(first.picture, second.picture)

    def _toggle_zoom(self) -> None:
        if not self._sight.is_fitted:
            self._sight.fit()
            return
        on: QWidget = self.panes[self.model.focus] if self.mode is CompareMode.SIDE_BY_SIDE else self.overlay
        size, area = self.panes[self.model.focus].surface.size(), QRectF(on.rect())
        if not size.isEmpty() and not area.isEmpty():
            fits = min(area.width() / size.width(), area.height() / size.height()) * on.devicePixelRatioF()
            # A picture smaller than its pane is already beyond 100 % when fitted, so it is doubled.
            self._sight.set(1 / fits if fits < 0.95 else 2.0, self._sight.middle)

    def _drag(self, position: int) -> None:
        take = self._takes[position]
        if take is not None:
            pane = self.panes[position]
            start_drag(pane, self._theme, DragPayload(paths=(take.path,)), pane.surface.image(256))

    def _clips(self) -> list[tuple[int, Take]]:
        takes = enumerate(self._takes)
        return [(position, take) for position, take in takes if take is not None and take.media.kind.has_frames]

    def _hides(self, frame: Any) -> bool:
        """Whether to drop a late frame of the clips' own position while the pointer crosses a pane. It is shown again
        once the pointer leaves."""
        here = round(self.playback.position * 1e6) + 1000
        if self._crossed_at is not None and frame.startTime() <= here < frame.endTime():
            return True
        self._crossed_at = None
        return False

    def _played(self) -> None:
        """Small frames are extracted from the first playback on: a drag usually follows it, and four clips take
        seconds."""
        self._has_played = self._is_open and (self._has_played or self.playback.is_playing)
        if self._has_played:
            self.near()

    def _glance(self, seconds: float) -> bool:
        """Shows small frames near that time; False if there are none and none are coming."""
        self.near()
        is_shown = False
        for position, take in self._clips():
            image = self._strips.near(take.output.path, seconds)
            if image is not None and self.panes[position].surface.set_glance(image):
                self._repaint(position)
            is_shown = is_shown or image is not None or self._strips.is_coming(take.output.path)
        return is_shown

    def _cross(self, fraction: float) -> None:
        """The pointer's horizontal position scrubs all paused clips alike."""
        if not self.playback.is_playing and self.playback.length and self._sight.is_fitted:
            self._crossed_at = fraction * self.playback.length
            self._glance(self._crossed_at)

    def _uncross(self) -> None:
        crossed, self._crossed_at = self._crossed_at, None
        if crossed is not None and not self.playback.is_glancing:
            self.playback.show_again()

    def _grown(self, _path: str) -> None:
        at = self.playback.position if self.playback.is_glancing else self._crossed_at
        if at is not None and not self.playback.is_playing:
            self._glance(at)
