"""The first thing that a person sees without a key: what this is, a line for the key, and the demo. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QWidget

from runway_desktop.ui.building import STRETCH, add_all, hbox, vbox
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
        vbox(area, on=self)
        center = QWidget()
        area.setWidget(center)
        column = QWidget(center)
        column.setMaximumWidth(WIDTH)
        rows = vbox(on=center, margins=3 * GRID)
        middle = hbox(STRETCH, (column, 100), STRETCH)
        rows.addStretch(2)
        rows.addLayout(middle)
        rows.addStretch(3)
        self._fill(column, form)
        FollowsTheme(theme, self, self._restyle)

    def _fill(self, column: QWidget, form: KeyForm) -> None:
        layout = vbox(on=column)
        self._mark = QLabel(column)
        self._mark.setAccessibleName("")
        self._name = words(column, "Runway Desktop")
        self._name.setFont(self._theme.strong_font())
        what = "Make clips, pictures and sound with the Runway API, watch every task live, and keep every result."
        head = hbox(spacing=GRID + GRID // 2)
        titles = vbox(self._name, words(column, what, "muted"), spacing=2)
        head.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(titles, 1)
        add_all(layout, head, 2 * GRID)
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
        add_all(layout, line, GRID)
        demo = QPushButton("Try the demo", column)
        demo.clicked.connect(self.demo_wanted)
        explained = "A simulated Runway on this computer: nothing is charged, and what you make has its own folder."
        demo.setAccessibleDescription(explained)
        row = hbox(spacing=2 * GRID)
        row.addWidget(demo, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(words(column, explained, "muted"), 1)
        layout.addLayout(row)
        self.setFocusProxy(self._entry)

    def _restyle(self) -> None:
        self._mark.setPixmap(self._theme.icon("mdi6.play-box-outline", Role.ACCENT).pixmap(5 * GRID, 5 * GRID))
