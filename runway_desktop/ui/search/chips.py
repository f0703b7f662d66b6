"""The chips above the list: one for each word with a key, taken away by a click, or by Delete. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLayout, QPushButton, QWidget

from runway_desktop.ui.theme import GRID
from runway_desktop.usecases.searching.language import Term
from runway_desktop.viewmodels.tasks.list_filter import ListFilter


class Chips:
    """Puts its buttons into a layout, behind what stands there already."""

    def __init__(self, chosen: ListFilter, into: QLayout, parent: QWidget) -> None:
        self._filter = chosen
        self._into = into
        self._parent = parent
        self._buttons: dict[Term, QPushButton] = {}

    @property
    def buttons(self) -> dict[Term, QPushButton]:
        return self._buttons

    def focused(self) -> int | None:
        """Which of them has the keyboard; None when none has."""
        return next((place for place, button in enumerate(self._buttons.values()) if button.hasFocus()), None)

    def show(self, terms: list[Term]) -> None:
        """Those that stay are not touched, so that the keyboard stays where it is."""
        for term in [term for term in self._buttons if term not in terms]:
            button = self._buttons.pop(term)
            self._into.removeWidget(button)
            button.hide()
            button.deleteLater()
        for term in terms:
            if term not in self._buttons:
                self._buttons[term] = self._made(term)

    def _made(self, term: Term) -> QPushButton:
        button = _Chip(self._parent)
        said = self._filter.label_of(term)
        button.setProperty("kind", "pill")
        button.setCheckable(True)
        button.setChecked(True)
        label = button.fontMetrics().elidedText(said, Qt.TextElideMode.ElideRight, 24 * GRID)
        button.setText(f"{label}  ✕")
        button.setToolTip(f"{term.word}\nPress to take it away.")
        button.setAccessibleName(f"Filter {said}, take away")
        button.clicked.connect(lambda: self._filter.remove(term))
        self._into.addWidget(button)
        button.show()
        return button


class _Chip(QPushButton):
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.click()
        else:
            super().keyPressEvent(event)
