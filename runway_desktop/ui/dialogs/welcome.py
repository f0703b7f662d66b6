"""The first thing that a person sees without a key: what this is, a line for the key, and the demo. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from runway_desktop.ui.labels import words
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.viewmodels.profiles.welcome import WHERE_FROM, KeyForm

from .key_entry import KeyEntry

WIDTH = 58 * GRID


class Welcome(QWidget):
    demo_wanted = Signal()

    def __init__(self, form: KeyForm, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("pane", "list")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Welcome")
        area = QScrollArea(self, widgetResizable=True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)
        center = QWidget()
        area.setWidget(center)
        column = QWidget(center)
        column.setMaximumWidth(WIDTH)
        rows = QVBoxLayout(center)
        rows.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(column, 100)
        middle.addStretch(1)
        rows.addStretch(2)
        rows.addLayout(middle)
        rows.addStretch(3)
        self._fill(column, form)
        FollowsTheme(theme, self, self._restyle)

    def _fill(self, column: QWidget, form: KeyForm) -> None:
        layout = QVBoxLayout(column)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        self._mark = QLabel(column)
        self._mark.setAccessibleName("")
        self._name = words(column, "Runway Desktop")
        self._name.setFont(self._theme.strong_font())
        what = "Make clips, pictures and sound with the Runway API, watch every task live, and keep every result."
        head = QHBoxLayout()
        head.setSpacing(GRID + GRID // 2)
        titles = QVBoxLayout()
        titles.setSpacing(2)
        titles.addWidget(self._name)
        titles.addWidget(words(column, what, "muted"))
        head.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(titles, 1)
        layout.addLayout(head)
        layout.addSpacing(2 * GRID)
        self._entry = KeyEntry(form, self._theme, "Check and continue", column)
        label = words(column, "Your API key")
        label.setBuddy(self._entry)
        layout.addWidget(label)
        layout.addWidget(self._entry)
        layout.addWidget(words(column, f"{WHERE_FROM} Checking asks for your balance; it costs nothing.", "faint"))
        layout.addSpacing(GRID)
        line = QFrame(column)
        line.setProperty("line", True)
        line.setFixedHeight(1)
        layout.addWidget(line)
        layout.addSpacing(GRID)
        demo = QPushButton("Try the demo", column)
        demo.clicked.connect(self.demo_wanted)
        explained = "A simulated Runway on this computer: nothing is charged, and what you make has its own folder."
        demo.setAccessibleDescription(explained)
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addWidget(demo, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(words(column, explained, "muted"), 1)
        layout.addLayout(row)
        self.setFocusProxy(self._entry)

    def _restyle(self) -> None:
        self._mark.setPixmap(self._theme.icon("mdi6.play-box-outline", Role.ACCENT).pixmap(5 * GRID, 5 * GRID))
