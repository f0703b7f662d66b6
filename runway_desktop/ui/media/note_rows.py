"""Notes at times of a clip: each with its time, which leads there, and whether it is done. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from runway_desktop.domain.task import Mark
from runway_desktop.texts import _
from runway_desktop.ui.building import clear_layout, hbox, push_button, tool_button, vbox
from runway_desktop.ui.labels import LongWordsLabel, set_tone
from runway_desktop.ui.theme import GRID, Role, Theme
from runway_desktop.values import replace

from .transport import clock


class NoteRows(QWidget):
    time_wanted = Signal(float)
    changed = Signal(object)
    """A Mark that is done, or is not any more."""
    removed = Signal(object)

    def __init__(self, theme: Theme, owner: QWidget, parent: QWidget, *, with_author: bool = True) -> None:
        """`owner` gets the focus of a row that is removed, so that its keys still work. `with_author`: removable, and
        each says by whom it is; else the author stands elsewhere."""
        super().__init__(parent)
        self._theme, self._owner, self._with_author = theme, owner, with_author
        self._rows = vbox(on=self, spacing=GRID)
        self._marks: list[Mark] = []
        self.boxes: list[QCheckBox] = []
        self._texts: list[LongWordsLabel] = []

    def show_marks(self, marks: Sequence[Mark]) -> None:
        """Keeps the rows, and a focus there, if only what is done has changed."""
        self.setVisible(bool(marks))
        if [replace(mark, is_done=False) for mark in marks] != self._marks:
            self._marks = [replace(mark, is_done=False) for mark in marks]
            self.boxes, self._texts = [], []
            focus = self.window().focusWidget()
            if focus is not None and self.isAncestorOf(focus):
                self._owner.setFocus(Qt.FocusReason.OtherFocusReason)
            clear_layout(self._rows)
            for mark in marks:
                self._add(mark)
        for box, text, mark in zip(self.boxes, self._texts, marks, strict=True):
            box.setChecked(mark.is_done)
            set_tone(text, "muted" if mark.is_done else "")

    def _add(self, mark: Mark) -> None:
        said, time = f"{mark.by}: {mark.text}" if mark.by and self._with_author else mark.text, clock(mark.at)
        row = QWidget(self)
        done = QCheckBox(row)
        done.setAccessibleName(_("Done: {note}", note=said))
        done.clicked.connect(lambda on: self.changed.emit(replace(mark, is_done=on)))
        go = push_button(row, time, partial(self.time_wanted.emit, mark.at), kind="flat")
        go.setAccessibleName(_("Go to {time}: {note}", time=time, note=said))
        text = LongWordsLabel(row, selectable=True)
        text.say(said)
        gone = tool_button(row, partial(self.removed.emit, mark), side=18, kind="flat",
                           spoken=_("Remove note: {note}", note=said))  # fmt: skip
        gone.setIcon(self._theme.icon("mdi6.close", Role.MUTED))
        gone.setVisible(self._with_author)
        for button in (done, go, gone):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        hbox(done, go, (text, 1), gone, on=row, spacing=GRID // 2)
        self._rows.addWidget(row)
        # At once, so that the height of all is known.
        row.show()
        self.boxes.append(done)
        self._texts.append(text)
