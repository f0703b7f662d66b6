"""Steps of a sheet on Qt's stack. The view-model carries them out; the stack only remembers their order.

Nothing is taken back while rows are being stored or a change of many rows goes on: the stack would move on, and the
sheet would not.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QUndoCommand, QUndoStack
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from runway_desktop.usecases.sheets.edits import Edit
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

    def undo(self) -> None:
        if self._model.takes_edits:
            super().undo()

    def redo(self) -> None:
        if self._model.takes_edits:
            super().redo()

    def _took_place(self, step: Edit) -> None:
        self.push(_Step(self._model, step))


class StepActions(QObject):
    """Undo and redo of a window; `renew` them when the storing of rows begins or ends."""

    def __init__(self, steps: UndoSteps, model: SheetModel, window: QWidget) -> None:
        super().__init__(window)
        self._steps = steps
        self._model = model
        self.undo, self.redo = QAction(window), QAction(window)
        self.undo.triggered.connect(steps.undo)
        self.redo.triggered.connect(steps.redo)
        steps.indexChanged.connect(self.renew)
        model.busy_changed.connect(self.renew)
        self.renew()

    @Slot()
    def renew(self) -> None:
        """What can be taken back now, and its name."""
        if not isValid(self._steps):
            # A stack that goes empties itself first, and says so.
            return
        steps, free = self._steps, self._model.takes_edits
        self.undo.setEnabled(free and steps.canUndo())
        self.redo.setEnabled(free and steps.canRedo())
        self.undo.setText(f"Undo {steps.undoText()}".strip())
        self.redo.setText(f"Redo {steps.redoText()}".strip())
