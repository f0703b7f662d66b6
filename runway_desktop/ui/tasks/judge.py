"""Judging what is chosen: what a key, a button or a menu asks, with the small line that completes what one types.

Decides nothing: what a deed does, says and undoes is the view-model's. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QPoint, QStringListModel, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QCompleter, QFrame, QLabel, QLineEdit, QVBoxLayout, QWidget

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Pick, TaskId
from runway_desktop.ui.theme import GRID
from runway_desktop.viewmodels import wording
from runway_desktop.viewmodels.judging import JudgingModel
from runway_desktop.viewmodels.places import Places
from runway_desktop.viewmodels.task_list import TaskListModel


class LinePopup(QFrame):
    """A line under what it is about; Return takes it, Escape leaves all as it was."""

    taken = Signal(str)

    def __init__(self, title: str, text: str, words: Sequence[str], parent: QWidget, *, several: bool = False) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setProperty("pane", "raised")
        self.setAccessibleName(title)
        self._several = several
        self._words = words
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(GRID // 2)
        caption = QLabel(title, self)
        caption.setProperty("tone", "muted")
        self.line = QLineEdit(text, self, clearButtonEnabled=True)
        self.line.setAccessibleName(title)
        self.line.setMinimumWidth(44 * GRID)
        self.line.selectAll()
        caption.setBuddy(self.line)
        column.addWidget(caption)
        column.addWidget(self.line)
        self._model = QStringListModel(list(words), self)
        self.completer = QCompleter(self._model, self)
        self.completer.setWidget(self.line)
        self.completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.completer.popup().setAccessibleName("Known ones")
        self.completer.activated.connect(self._complete)
        self.line.textEdited.connect(self._offer)
        self.line.returnPressed.connect(self._take)
        self.setFocusProxy(self.line)

    def open_over(self, widget: QWidget) -> None:
        self.adjustSize()
        at = widget.mapToGlobal(QPoint((widget.width() - self.width()) // 2, widget.height() // 4))
        screen = (widget.screen() or QGuiApplication.primaryScreen()).availableGeometry()
        at.setX(max(screen.left(), min(at.x(), screen.right() - self.width())))
        at.setY(max(screen.top(), min(at.y(), screen.bottom() - self.height())))
        self.move(at)
        self.show()
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
            return
        super().keyPressEvent(event)

    def _begun(self) -> str:
        text = self.line.text()[: self.line.cursorPosition()]
        return (text.rpartition(",")[2] if self._several else text).strip().lstrip("-")

    def _offer(self) -> None:
        begun = self._begun()
        self.completer.setCompletionPrefix(begun)
        if not begun or not self.completer.completionCount():
            self.completer.popup().hide()
            return
        self.completer.complete()

    def _complete(self, word: str) -> None:
        text, at = self.line.text(), self.line.cursorPosition()
        begun = self._begun()
        start = at - len(begun)
        glue = ", " if self._several and not text[at:].strip() else ""
        self.line.setText(f"{text[:start]}{word}{glue}{text[at:]}")
        self.line.setCursorPosition(start + len(word) + len(glue))

    def _take(self) -> None:
        if self.completer.popup().isVisible() and self.completer.popup().currentIndex().isValid():
            return
        text = self.line.text()
        self.close()
        self.taken.emit(text)


class Judge(QObject):
    """`chosen` gives the ids that are chosen now; `over` is where the small lines open."""

    def __init__(
        self,
        judging: JudgingModel,
        rows: TaskListModel,
        places: Places,
        chosen: Callable[[], list[TaskId]],
        over: QWidget,
    ) -> None:
        super().__init__(over)
        self._judging = judging
        self._rows = rows
        self._places = places
        self._chosen = chosen
        self._over = over

    def rate(self, stars: int) -> None:
        self._judging.rate(self._chosen(), stars)

    def pick(self) -> None:
        """Again takes it away: when all that is chosen is picked already."""
        self._turn(Pick.PICK)

    def reject(self) -> None:
        self._turn(Pick.REJECT)

    def tag(self) -> None:
        """One task's tags can be edited; many are given some more."""

        def ask(rows: list[Row]) -> None:
            if not rows:
                return
            ids = [row.task.id for row in rows]
            words = [*sorted(self._places.counts.tags)]
            if len(rows) == 1:
                before = rows[0].task.tags
                popup = LinePopup("Tags, parted by commas", ", ".join(before), words, self._over, several=True)
                popup.taken.connect(lambda text: self._judging.tag(ids, _difference(before, text)))
            else:
                title = f"Tags for {wording.count(len(rows), 'task')}, parted by commas; -tag takes one away"
                popup = LinePopup(title, "", words, self._over, several=True)
                popup.taken.connect(lambda text: self._judging.tag(ids, text))
            popup.open_over(self._over)

        self._rows.with_rows(self._chosen(), ask)

    def project(self) -> None:
        self._ask("Project", lambda row: row.task.project, [*self._places.counts.projects], self._judging.set_project)

    def shot(self) -> None:
        self._ask("Shot", lambda row: row.task.shot, [], self._judging.set_shot)

    def note(self) -> None:
        self._ask("Note", lambda row: row.task.note, [], self._judging.set_note)

    def _turn(self, pick: Pick) -> None:
        def turn(rows: list[Row]) -> None:
            had = bool(rows) and all(row.task.pick is pick for row in rows)
            self._judging.pick([row.task.id for row in rows], Pick.NONE if had else pick)

        self._rows.with_rows(self._chosen(), turn)

    def _ask(
        self,
        title: str,
        value: Callable[[Row], str],
        words: Sequence[str],
        take: Callable[[Sequence[TaskId], str], None],
    ) -> None:
        def ask(rows: list[Row]) -> None:
            if not rows:
                return
            ids = [row.task.id for row in rows]
            alike = {value(row) for row in rows}
            of = "" if len(rows) == 1 else f" of {wording.count(len(rows), 'task')}"
            popup = LinePopup(f"{title}{of}", alike.pop() if len(alike) == 1 else "", words, self._over)
            popup.taken.connect(lambda text: take(ids, text))
            popup.open_over(self._over)

        self._rows.with_rows(self._chosen(), ask)


def _difference(before: Sequence[str], text: str) -> str:
    """The edit of a line of tags, as tags that come and go."""
    after = [word.strip() for word in text.split(",") if word.strip()]
    folded = {word.lower() for word in after}
    return ", ".join([*after, *(f"-{tag}" for tag in before if tag not in folded)])
