"""The preferences: sections at the left, a page each. Everything applies at once. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
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
from runway_desktop.viewmodels.profiles.profile_list import ProfilesModel
from runway_desktop.viewmodels.settings.preferences import PreferencesForm

from .initial_size import open_at
from .money_page import MoneyPage
from .notices_page import NoticesPage
from .preference_pages import KeyPage, LookPage, Page, RunwayPage
from .profile_page import ProfilePage
from .saving_page import SavingPage

SECTIONS = ("Key", "Profile", "Saving", "Look", "Notifications", "Runway", "Money")
"""That of the profile is left out where the program has no folder on a disk."""


class Preferences(QDialog):
    back_up_wanted = Signal()
    restore_wanted = Signal(object)
    """Path of a backup."""
    folder_wanted = Signal(object)
    """A folder to open in the system's file manager."""

    def __init__(
        self,
        form: PreferencesForm,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        profiles: ProfilesModel | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Preferences")
        self.setAccessibleName("Preferences")
        form.setParent(self)
        # Made in the order in which Tab goes: the sections, what is on the page, then the button.
        self._sections = QListWidget(self)
        pages: dict[str, Page | None] = {
            "Key": KeyPage(form, theme, self),
            "Profile": self._profile_page(form, profiles, theme),
            "Saving": SavingPage(form, theme, self),
            "Look": LookPage(form, theme, self),
            "Notifications": NoticesPage(form, theme, self),
            "Runway": RunwayPage(form, theme, self),
            "Money": MoneyPage(form, theme, self),
        }
        self._names = [name for name in SECTIONS if pages[name] is not None]
        self._pages = [page for name in SECTIONS if (page := pages[name]) is not None]
        self._stack = QStackedWidget(self)
        for page in self._pages:
            area = QScrollArea(self._stack, widgetResizable=True)
            area.setFrameShape(QFrame.Shape.NoFrame)
            area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            area.setWidget(page)
            self._stack.addWidget(area)
        self._sections.setAccessibleName("Sections")
        self._sections.setProperty("kind", "sections")
        self._sections.addItems(self._names)
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
        open_at(self, QSize(92 * GRID, 64 * GRID))
        self.show_section("Key")
        self._sections.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_section(self, name: str) -> None:
        """One of `SECTIONS`."""
        self._sections.setCurrentRow(self._names.index(name) if name in self._names else 0)

    def done(self, result: int) -> None:
        for page in self._pages:
            page.finish()
        super().done(result)

    def _profile_page(self, form: PreferencesForm, profiles: ProfilesModel | None, theme: Theme) -> ProfilePage | None:
        kept = form.kept_backups()
        if profiles is None or kept is None:
            return None
        page = ProfilePage(form, profiles, kept, theme, self)
        page.back_up_wanted.connect(self.back_up_wanted)
        page.restore_wanted.connect(self.restore_wanted)
        page.folder_wanted.connect(self.folder_wanted)
        return page

    def _turn_to(self, row: int) -> None:
        self._stack.setCurrentIndex(row)
