"""Small preview frames instead of decoded ones while a person drags the position or moves the pointer across a pane.

Extraction starts with the first playback, at low priority: a drag usually follows it, and four clips take seconds. GUI
thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject

from runway_desktop.ui.media.strips import Strips
from runway_desktop.usecases.listing.takes import Take

from .in_step import InStep
from .pane import Pane
from .surface import Sight


class Glances(QObject):
    def __init__(
        self,
        strips: Strips,
        clips: InStep,
        sight: Sight,
        panes: Sequence[Pane],
        takes: Sequence[Take | None],
        repaint: Callable[[int], None],
        parent: QObject,
    ) -> None:
        """`takes` is the view's list of the take in each pane; it is read live."""
        super().__init__(parent)
        self._strips, self._clips, self._sight = strips, clips, sight
        self._panes, self._takes, self._repaint = panes, takes, repaint
        self._is_open = False
        self._has_played = False
        self._crossed_at: float | None = None
        """Position of the pointer that moves across a pane, in seconds."""
        clips.glance = self._glance
        clips.changed.connect(self._changed)
        strips.grown.connect(self._grown)
        for pane in panes:
            pane.crossed.connect(self._cross)
            pane.uncrossed.connect(self._uncross)

    def open(self) -> None:
        """Starts the process that extracts frames, so that it runs by the time the clips play."""
        self._is_open = True
        if self._shown():
            self._strips.warm()

    def close(self) -> None:
        """Stops requests until the next opening."""
        self._is_open = self._has_played = False
        self._crossed_at = None

    def want(self) -> list[tuple[int, Take]]:
        """Requests small frames of the shown clips; returns these with their panes."""
        clips = self._shown()
        self._strips.want(*((take.output.path, take.output.poster) for _, take in clips))
        return clips

    def hides(self, frame: Any) -> bool:
        """Whether to drop a late frame of the clips' own position while the pointer crosses a pane. It is shown again
        once the pointer leaves."""
        here = round(self._clips.position * 1e6) + 1000
        if self._crossed_at is not None and frame.startTime() <= here < frame.endTime():
            return True
        self._crossed_at = None
        return False

    def _shown(self) -> list[tuple[int, Take]]:
        return [
            (position, take)
            for position, take in enumerate(self._takes)
            if take is not None and take.media.kind.has_frames
        ]

    def _changed(self) -> None:
        self._has_played = self._is_open and (self._has_played or self._clips.is_playing)
        if self._has_played:
            self.want()

    def _glance(self, seconds: float) -> bool:
        """Shows small frames near that time; False if there are none and none are coming."""
        is_shown = False
        for position, take in self.want():
            image = self._strips.near(take.output.path, seconds)
            if image is not None and self._panes[position].surface.set_glance(image):
                self._repaint(position)
            is_shown = is_shown or image is not None or self._strips.is_coming(take.output.path)
        return is_shown

    def _cross(self, fraction: float) -> None:
        """The pointer's horizontal position scrubs all paused clips alike."""
        if not self._clips.is_playing and self._clips.length and self._sight.is_fitted:
            self._crossed_at = fraction * self._clips.length
            self._glance(self._crossed_at)

    def _uncross(self) -> None:
        crossed, self._crossed_at = self._crossed_at, None
        if crossed is not None and not self._clips.is_glancing:
            self._clips.show_again()

    def _grown(self, _path: str) -> None:
        at = self._clips.position if self._clips.is_glancing else self._crossed_at
        if at is not None and not self._clips.is_playing:
            self._glance(at)
