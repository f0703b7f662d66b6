"""Steps of a sheet on Qt's stack. The view-model carries them out; the stack only remembers their order."""

from __future__ import annotations

from PySide6.QtGui import QUndoCommand, QUndoStack

from runway_desktop.viewmodels.sheet.edits import Edit
from runway_desktop.viewmodels.sheet.model import SheetModel

MOST_STEPS = 500


class _Step(QUndoCommand):
    def __init__(self, model: SheetModel, step: Edit) -> None:
        super().__init__(step.words)
        self._model = model
        self._step = step
        self._is_done = True

    def redo(self) -> None:
        # A stack carries out what is pushed; this was done already.
        if self._is_done:
            self._is_done = False
        else:
            self._model.redo(self._step)

    def undo(self) -> None:
        self._model.undo(self._step)


class UndoSteps(QUndoStack):
    def __init__(self, model: SheetModel) -> None:
        super().__init__(model)
        self._model = model
        self.setUndoLimit(MOST_STEPS)
        model.edited.connect(self._took_place)

    def _took_place(self, step: Edit) -> None:
        self.push(_Step(self._model, step))
