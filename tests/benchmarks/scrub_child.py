"""One drag through a clip, as a pointer makes it, and the way from a click to the first frame.

    python -m tests.benchmarks.scrub_child preview|compare|bare SECONDS CLIP …

The frames of the clips carry their number as eight bars at the top, so that what is shown is read from the pixels.
Says "dragged" with: frames shown within a quarter second of the pointer, for each second of the drag; the same for a
drag once its small frames are made; how long after the release the exact frame stood, milliseconds; the median from a
click to the first frame; and from a pointer on a poster to a first frame below it. Of several clips what the slowest
showed. Ends by itself.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QEnterEvent, QImage, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from runway_desktop.domain.library import Row
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import State
from runway_desktop.rooms.viewer.model import ViewerModel
from runway_desktop.rooms.viewer.panes import Panes
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.media.preview import Preview
from runway_desktop.ui.media.strips import Strips
from runway_desktop.ui.media.transport import KNOB, ScrubSlider
from runway_desktop.ui.tasks.posters import REST_MS
from runway_desktop.ui.theme import ColorScheme, DarkRoom, Theme
from runway_desktop.usecases.words.tasks import Showing
from tests.benchmarks.children import say
from tests.rigs.rows import saved, task

FPS = 24
BITS = 8
NEAR = 0.25
MOVE_MS = 16
REPEATS = 5
ON_THE_WAY_MS = 100
"""From the edge of the list to a poster, for a hand that is quick."""
_PATIENCE = 5.0


def number_of(image: QImage) -> int:
    """The number of a frame, from the bars at its top."""
    step, y = image.width() / BITS, image.height() // 16
    bars = (image.pixelColor(int(step * (bit + 0.5)), y).lightness() > 128 for bit in range(BITS))
    return sum(1 << bit for bit, is_on in enumerate(bars) if is_on)


class Bridge(QObject):
    """Nothing happens to tasks or their list, and nobody judges them."""

    tasks_touched = Signal(object)
    lines_moved = Signal()
    undone = Signal(int, object)


class Shown(QObject):
    """What a widget shows, noted at each painting."""

    def __init__(self, image: Callable[[], QImage], painted: QWidget | None = None) -> None:
        super().__init__()
        self._image = image
        self.number = -1
        self.width = 0
        self.near = 0
        self.pointer = 0.0
        if painted is not None:
            painted.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, self.look)
        return False

    def look(self) -> None:
        image = self._image()
        if image.isNull():
            return
        number = number_of(image)
        if number != self.number and abs(number / FPS - self.pointer) <= NEAR:
            self.near += 1
        self.number, self.width = number, image.width()


class Drag:
    """Moves a pointer over a line from one end to the other, and lets go in the middle of the clip."""

    def __init__(self, slider: QWidget | None, seek: Callable[[float], object], length: float, seconds: float) -> None:
        self._slider, self._seek, self._length, self._seconds = slider, seek, length, seconds

    def run(self, shown: list[Shown], exact_width: int) -> tuple[float, float]:
        """Frames a second of the slowest, and milliseconds until the exact frame stood; the patience where none did."""
        for one in shown:
            one.near = 0
        self._send(QEvent.Type.MouseButtonPress, 0.0)
        began = time.monotonic()
        while (passed := time.monotonic() - began) < self._seconds:
            part = passed / self._seconds
            for one in shown:
                one.pointer = part * self._length
            self._send(QEvent.Type.MouseMove, part)
            turn(MOVE_MS)
        rates = [one.near / self._seconds for one in shown]
        self._send(QEvent.Type.MouseMove, 0.5)
        self._send(QEvent.Type.MouseButtonRelease, 0.5)
        released = time.monotonic()
        wanted = int(self._length / 2 * FPS)

        def is_exact() -> bool:
            return all(abs(one.number - wanted) <= 1 and one.width >= exact_width for one in shown)

        while not is_exact() and time.monotonic() - released < _PATIENCE:
            turn(5)
        return min(rates), (time.monotonic() - released) * 1000

    def _send(self, kind: QEvent.Type, part: float) -> None:
        if self._slider is None:
            self._seek(part * self._length)
            return
        at = QPointF(KNOB + part * (self._slider.width() - 2 * KNOB), self._slider.height() / 2)
        button = Qt.MouseButton.LeftButton
        held = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseButtonRelease else button
        there = self._slider.mapToGlobal(at)
        event = QMouseEvent(kind, at, there, button, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(self._slider, event)


def turn(milliseconds: int) -> None:
    """Lets the event loop run so long."""
    until = time.monotonic() + milliseconds / 1000
    while True:
        QApplication.processEvents()
        if time.monotonic() >= until:
            return
        time.sleep(0.001)


def wait(done: Callable[[], bool]) -> None:
    until = time.monotonic() + 40.0
    while not done() and time.monotonic() < until:
        turn(1)


def enter(slider: QWidget) -> None:
    middle = QPointF(slider.rect().center())
    QApplication.sendEvent(slider, QEnterEvent(middle, middle, QPointF(slider.mapToGlobal(middle))))


def first_frames(open_: Callable[[Path], None], has_frame: Callable[[], bool], clips: list[Path]) -> float:
    """Median from asking for a clip to its first frame, milliseconds."""
    took = []
    for turn_number in range(REPEATS):
        turn(300)
        began = time.monotonic()
        open_(clips[turn_number % 2])
        wait(has_frame)
        took.append((time.monotonic() - began) * 1000)
    return statistics.median(took)


def measured(
    drag: Drag, shown: list[Shown], width: int, first_ms: float, is_made: Callable[[], bool] = lambda: True
) -> dict[str, Any]:
    """The second drag begins when the small frames are made."""
    first, exact = drag.run(shown, width)
    wait(is_made)
    turn(300)
    again, exact_again = drag.run(shown, width)
    return {"first": first, "again": again, "exact": max(exact, exact_again), "click": first_ms}


def in_preview(theme: Theme, clips: list[Path], seconds: float) -> dict[str, Any]:
    strips = Strips()
    preview = Preview(theme, Keys(), strips)
    preview.resize(900, 620)
    preview.show()
    came: list[object] = []
    preview.playback.frame.connect(came.append)

    def open_(path: Path) -> None:
        came.clear()
        preview.show_outputs([Showing(path, Media.VIDEO, None, "", "")])

    click = first_frames(open_, lambda: bool(came), clips)
    slider = next(one for one in preview.findChildren(ScrubSlider) if one.maximum())
    enter(slider)
    length = preview.playback.length
    found = measured(
        Drag(slider, lambda _: None, length, seconds),
        [Shown(preview.stage.image, preview.stage)],  # type: ignore[attr-defined]
        preview.shown_frame().width(),
        click,
        lambda: not any(strips.is_coming(str(clip)) for clip in clips),
    )
    preview.shutdown()
    wait(lambda: not any(strips.is_coming(str(clip)) for clip in clips))
    turn(300)
    found["hover"] = hovered(strips, clips[2])
    strips.shutdown()
    turn(1000)
    for name, way in (("hover_cold", ON_THE_WAY_MS), ("hover_straight", 0)):
        another = Strips()
        found[name] = hovered(another, clips[3], way)
        another.shutdown()
        turn(500)
    return found


def hovered(strips: Strips, clip: Path, way: int = 0) -> float:
    """Milliseconds from a pointer that comes to a poster to a first frame, with the rest that it makes there. `way`:
    so many milliseconds before that it came into the list."""
    strips.warm()
    turn(way)
    began = time.monotonic()
    turn(REST_MS)
    strips.want((str(clip), ""))
    wait(lambda: strips.at_fraction(str(clip), 0.5) is not None)
    return (time.monotonic() - began) * 1000


def in_compare(theme: Theme, clips: list[Path], seconds: float) -> dict[str, Any]:
    strips = Strips()
    nobody: Any = SimpleNamespace(look_around=lambda: None, look_at=lambda _: None)
    bridge: Any = Bridge()
    model = ViewerModel(SimpleNamespace(integrity=nobody), bridge, bridge, nobody, bridge)  # type: ignore[arg-type]
    tasks = [task(number, State.SUCCEEDED, "Fog") for number in range(len(clips))]
    model.compare_rows([Row(task=of, outputs=(saved(of, str(path)),)) for of, path in zip(tasks, clips, strict=True)])
    window = QWidget()
    room = Panes(model, DarkRoom(theme), strips, window)
    slider = ScrubSlider(theme, room.playback, window)
    slider.neared.connect(room.near)
    room.playback.length_known.connect(lambda seconds: slider.setRange(0, round(seconds * 1000)))
    for widget, box in ((window, (0, 0, 1440, 900)), (room, (0, 0, 1440, 840)), (slider, (0, 850, 1440, 40))):
        widget.setGeometry(*box)
    window.show()
    room.open()
    wait(lambda: room.playback.length > 0 and all(pane.surface.is_live for pane in room.panes[: len(clips)]))
    room.playback.pause()
    turn(500)
    enter(slider)
    panes = room.panes[: len(clips)]
    width = int(max(pane.surface.size().width() for pane in panes))
    shown = [Shown(pane.surface.image, pane) for pane in panes]
    drag = Drag(slider, lambda _: None, room.playback.length, seconds)
    found = measured(drag, shown, width, 0.0, lambda: not any(strips.is_coming(str(clip)) for clip in clips))
    room.shutdown()
    strips.shutdown()
    return found


def bare(clips: list[Path], seconds: float) -> dict[str, Any]:
    """A player of Qt that is given each place of the pointer."""
    from PySide6.QtMultimedia import QMediaPlayer, QVideoSink

    player, sink = QMediaPlayer(), QVideoSink()
    player.setVideoSink(sink)
    came: list[object] = []
    sink.videoFrameChanged.connect(lambda frame: came.append(frame) if frame.isValid() else None)

    def open_(path: Path) -> None:
        player.stop()
        player.setSource(QUrl())
        came.clear()
        player.setSource(QUrl.fromLocalFile(str(path)))
        player.pause()

    click = first_frames(open_, lambda: bool(came), clips)
    shown = Shown(lambda: sink.videoFrame().toImage())
    sink.videoFrameChanged.connect(lambda _: shown.look())
    drag = Drag(None, lambda at: player.setPosition(round(at * 1000) + 1), player.duration() / 1000, seconds)
    found = measured(drag, [shown], sink.videoFrame().width(), click)
    player.stop()
    return found


def main() -> int:
    which, seconds, clips = sys.argv[1], float(sys.argv[2]), [Path(word) for word in sys.argv[3:]]
    application = QApplication(sys.argv[:1])
    theme = Theme(application, ColorScheme.DARK)
    match which:
        case "preview":
            found = in_preview(theme, clips, seconds)
        case "compare":
            found = in_compare(theme, clips, seconds)
        case _:
            found = bare(clips, seconds)
    say("dragged", **found)
    QTimer.singleShot(100, application.quit)
    return application.exec()


if __name__ == "__main__":
    raise SystemExit(main())
