"""Tour of the viewer and the lineage: a large clip, four clips in sync, a wipe, a difference, a
clip made from another's last frame.

GUI thread, in a coroutine; raises `StepFailed` if something does not happen in time.
"""

from __future__ import annotations

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from runway_desktop.domain.media import Media
from runway_desktop.domain.task import TaskId
from runway_desktop.rooms.viewer.model import ViewerModel
from runway_desktop.rooms.viewer.view import Viewer

from .hands import StepFailed, Walk, find, press, type_text, until

_SECONDS_IN = 1.6
"""Playback position for the screenshot."""


async def compare(walk: Walk) -> None:
    """Needs saved clips and pictures in the list."""
    await _large(walk)
    await _culling(walk)
    await _lineage(walk)


async def _large(walk: Walk) -> None:
    walk.say("large view")
    clips = await until(lambda: walk.saved(Media.VIDEO), "a saved clip")
    window = walk.window
    await walk.choose(clips[0])
    press(window.view, Qt.Key.Key_Return)
    view = await until(lambda: window.workspace.overlay, "the large view")
    await until(lambda: (model := window.findChild(ViewerModel)) is not None and model.shots, "its takes")
    preview = window.preview
    await until(lambda: preview is not None and preview.playback.position >= _SECONDS_IN, "a clip that plays", 40)
    key(view, Qt.Key.Key_K)
    key(view, Qt.Key.Key_4, shift=True)
    await until(lambda: walk.row(clips[0]).task.rating, "the judgment")
    await walk.take("large-view", after=0.4)
    key(view, Qt.Key.Key_Escape)
    await until(lambda: window.workspace.overlay is None, "the list again")


async def _culling(walk: Walk) -> None:
    walk.say("four clips in step")
    room = await enter(walk, walk.saved(Media.VIDEO)[:4])
    await until(lambda: room.panes.playback.position >= _SECONDS_IN, "clips that play", 40)
    room.panes.playback.pause()
    await until(lambda: not room.panes.playback.is_seeking, "clips that stand")
    key(room, Qt.Key.Key_4)
    key(room, Qt.Key.Key_P)
    key(room, Qt.Key.Key_Down)
    key(room, Qt.Key.Key_X)
    await until(lambda: room.panes.panes[1].accessibleDescription().startswith("rejected"), "the judgment")
    await walk.take("compare-room")
    walk.say("wipe between two clips")
    key(room, Qt.Key.Key_W)
    await walk.take("compare-wipe")
    key(room, Qt.Key.Key_Escape)
    walk.say("difference of two pictures")
    several = [row.task.id for row in walk.rows() if len(row.outputs) > 1 and row.task.id in walk.saved(Media.IMAGE)]
    room = await enter(walk, several[:1])
    await until(lambda: all(pane.surface.is_live for pane in room.panes.panes[:2]), "two pictures")
    key(room, Qt.Key.Key_D)
    await walk.take("compare-difference")
    key(room, Qt.Key.Key_Escape)


async def enter(walk: Walk, task_ids: list[TaskId]) -> Viewer:
    if not task_ids:
        raise StepFailed("there is nothing to compare")
    walk.window.view.select(task_ids)
    walk.window.open_room("viewer", task_ids)
    room = await until(lambda: walk.window.findChild(Viewer), "the viewer")
    await until(room.panes.isVisible, "takes beside each other")
    return room


def key(room: QWidget, pressed: Qt.Key, *, shift: bool = False) -> None:
    """Triggers the room's action for a key."""
    held = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    sequence = QKeySequence(QKeyCombination(held, pressed))
    wanted = next((found for found in room.actions() if sequence in found.shortcuts()), None)
    if wanted is None:
        raise StepFailed(f"{room.accessibleName()} knows no key {pressed.name}")
    wanted.trigger()


async def _lineage(walk: Walk) -> None:
    walk.say("last frame as first frame")
    models, window = walk.models, walk.window
    clip = (await until(lambda: walk.saved(Media.VIDEO), "a saved clip"))[0]
    await walk.choose(clip)
    shown = (await until(lambda: models.details.showing, "the clip"))[0]
    path = await until(lambda: models.details.showing[0].path, "the clip's file")
    use_as_input = models.task_commands.use_as_input
    models.composer.clear()
    use_as_input.take(next(way for way in use_as_input.ways(shown.media) if way.last_frame), path, shown.media)
    await until(models.composer.inputs, "the last frame in the composer", 20)
    prompt = find(window, QPlainTextEdit, "Prompt")
    type_text(prompt, "The light goes out, and the camera turns to the sea")
    press(prompt, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    walk.say("lineage")
    # The new task is selected automatically.
    await until(lambda: models.details.row is not None and models.details.row.task.id != clip, "the new task", 40)
    await until(lambda: (family := models.details.lineage.family) and family.above, "what it is made from", 40)
    await until(lambda: models.details.chosen[0] in walk.saved(Media.VIDEO), "the clip that is made from it", 90)
    await walk.take("lineage", after=1.0)
