"""The page of the preferences that says what is announced while one looks elsewhere, and about the tray. GUI thread
only."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QButtonGroup, QRadioButton, QSystemTrayIcon, QWidget

from runway_desktop.ui.labels import tip
from runway_desktop.ui.theme import Theme
from runway_desktop.viewmodels.settings.preferences import PreferencesForm

from .preference_pages import Page

_CHOICES = (
    ("each", "Each result, and whatever goes wrong"),
    ("batch", "A batch when it is done, single results, and what is uncertain"),
    ("failures", "Only what goes wrong"),
    ("off", "Nothing"),
)


WITH_TRAY = "Closed into the tray, the program goes on asking, sending and saving. Quit ends it."
WITHOUT_TRAY = (
    "This desktop has no tray: closing the window ends the program. What is at Runway goes on there, and its results "
    "are saved at the next start."
)
NO_TRAY, NO_ICON = "This desktop has no tray.", "Without the icon nothing would bring the window back."


class NoticesPage(Page):
    def __init__(
        self,
        form: PreferencesForm,
        theme: Theme,
        parent: QWidget,
        *,
        has_tray: Callable[[], bool] = QSystemTrayIcon.isSystemTrayAvailable,
    ) -> None:
        super().__init__(form, theme, parent)
        self.heading("Notify me in the background about")
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QRadioButton] = {}
        for choice, text in _CHOICES:
            button = QRadioButton(text, self)
            button.setAccessibleName(f"Tell of: {text}")
            button.clicked.connect(lambda _=False, chosen=choice: form.set_value("announce", chosen))
            self._group.addButton(button)
            self._buttons[choice] = button
            self.rows.addWidget(button)
        self.note("By the system's own notifications, and never while the window is in front.", "faint")
        self.heading("Tray")
        self._tray, self._stay = self.switch("tray"), self.switch("stay_in_tray")
        self._has_tray = has_tray()
        self._tray.toggled.connect(lambda _: self._show_tray())
        self.note(WITH_TRAY if self._has_tray else WITHOUT_TRAY, "faint")
        self._show_tray()
        self.rows.addStretch()
        form.changed.connect(lambda name: self._show() if name == "announce" else None)
        self._show()

    def _show_tray(self) -> None:
        """What cannot happen cannot be asked for, and says why."""
        reason = NO_TRAY if not self._has_tray else "" if self._tray.isChecked() else NO_ICON
        self._stay.setEnabled(not reason)
        self._stay.setToolTip(tip(reason))
        self._stay.setAccessibleDescription(reason)

    def _show(self) -> None:
        self._buttons[str(self.form.value("announce"))].setChecked(True)
