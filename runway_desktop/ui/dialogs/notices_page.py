"""The page of the preferences that says what is announced while one looks elsewhere, and about the tray. GUI thread
only."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup, QRadioButton, QWidget

from runway_desktop.ui.theme import Theme
from runway_desktop.viewmodels.preferences import PreferencesForm

from .preference_pages import Page

_CHOICES = (
    ("each", "Each result, and whatever goes wrong"),
    ("batch", "A batch when it is done, single results, and what is uncertain"),
    ("failures", "Only what goes wrong"),
    ("off", "Nothing"),
)


class NoticesPage(Page):
    def __init__(self, form: PreferencesForm, theme: Theme, parent: QWidget) -> None:
        super().__init__(form, theme, parent)
        self.heading("Tell me, while I am elsewhere, of")
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
        tray = self.switch("tray")
        stay = self.switch("stay_in_tray")
        stay.setEnabled(tray.isChecked())
        tray.toggled.connect(stay.setEnabled)
        self.note("Closed into the tray, the program goes on asking, sending and saving. Quit ends it.", "faint")
        self.rows.addStretch()
        form.changed.connect(lambda name: self._show() if name == "announce" else None)
        self._show()

    def _show(self) -> None:
        self._buttons[str(self.form.value("announce"))].setChecked(True)
