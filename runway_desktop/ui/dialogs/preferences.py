"""The preferences: sections at the left, a page each. Everything applies at once. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.viewmodels.preferences import PreferencesForm

from .money_page import MoneyPage
from .notices_page import NoticesPage
from .preference_pages import KeyPage, LookPage, Page, RunwayPage
from .saving_page import SavingPage

SECTIONS = ("Key", "Saving", "Look", "Notifications", "Runway", "Money")


class Preferences(QDialog):
    def __init__(self, form: PreferencesForm, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Preferences")
        self.setAccessibleName("Preferences")
        form.setParent(self)
        self._pages: list[Page] = [
            KeyPage(form, theme, self),
            SavingPage(form, theme, self),
            LookPage(form, theme, self),
            NoticesPage(form, theme, self),
            RunwayPage(form, theme, self),
            MoneyPage(form, theme, self),
        ]
        self._stack = QStackedWidget(self)
        for page in self._pages:
            area = QScrollArea(self._stack, widgetResizable=True)
            area.setFrameShape(QFrame.Shape.NoFrame)
            area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            area.setWidget(page)
            self._stack.addWidget(area)
        self._sections = QListWidget(self)
        self._sections.setAccessibleName("Sections")
        self._sections.setProperty("kind", "sections")
        self._sections.addItems(SECTIONS)
        self._sections.setFixedWidth(max(16 * GRID, self._sections.sizeHintForColumn(0) + 3 * GRID))
        self._sections.currentRowChanged.connect(self._turn_to)
        close = QPushButton("Close", self)
        close.setAutoDefault(False)
        close.clicked.connect(self.accept)
        panes = QHBoxLayout()
        panes.setSpacing(2 * GRID)
        panes.addWidget(self._sections)
        panes.addWidget(self._stack, 1)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        layout.setSpacing(2 * GRID)
        layout.addLayout(panes, 1)
        layout.addLayout(buttons)
        self.resize(92 * GRID, 64 * GRID)
        self.show_section("Key")
        self._sections.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_section(self, name: str) -> None:
        """One of `SECTIONS`."""
        self._sections.setCurrentRow(SECTIONS.index(name))

    def done(self, result: int) -> None:
        for page in self._pages:
            page.finish()
        super().done(result)

    def _turn_to(self, row: int) -> None:
        self._stack.setCurrentIndex(row)
