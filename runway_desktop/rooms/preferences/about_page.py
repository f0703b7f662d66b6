"""Preferences page about the program: version, and licenses of its parts. GUI thread only."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem
from shiboken6 import isValid

from runway_desktop.texts import _
from runway_desktop.ui.building import STRETCH, hbox, push_button
from runway_desktop.ui.window.commands import REPORT, SHOW_LOG
from runway_desktop.usecases.about import About

from .preference_pages import PreferencePage


class AboutPage(PreferencePage):
    folder_wanted = Signal(object)
    """Folder with the license texts."""
    command_wanted = Signal(object)
    """A command of the main window."""

    def build(self) -> None:
        self._asked = False
        self.heading("Runway Desktop")
        self._which = self.note()
        self.note(_("Not made by Runway. Uses Runway's public API."))
        buttons = (
            push_button(self, one.text(self), partial(self.command_wanted.emit, one)) for one in (SHOW_LOG, REPORT)
        )
        self.rows.addLayout(hbox(*buttons, STRETCH))
        title = self.heading(_("Open source software"))
        self.parts = QTreeWidget(self)
        self.parts.setHeaderLabels([_("Name"), _("Version"), _("License")])
        self.parts.setRootIsDecorated(False)
        self.parts.setProperty("kind", "lines")
        self.parts.setAccessibleName(_("Open source software with version and license"))
        title.setBuddy(self.parts)
        self.rows.addWidget(self.parts, 1)
        self.licenses = push_button(self, _("Show licenses"))
        self.licenses.hide()
        self.rows.addLayout(hbox(self.licenses, STRETCH))

    def showEvent(self, event: QShowEvent) -> None:
        if not self._asked:
            self._asked = True
            self.form.ask_about(self._show)
        super().showEvent(event)

    def _show(self, about: About) -> None:
        if not isValid(self):
            return
        self._which.setText(" · ".join((_("Version {version}", version=about.version), about.license)))
        self._which.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.parts.addTopLevelItems([QTreeWidgetItem([part.name, part.version, part.license]) for part in about.parts])
        self.parts.setColumnHidden(2, not any(part.license for part in about.parts))
        for column in range(2):
            self.parts.resizeColumnToContents(column)
        if about.licenses is not None:
            folder = about.licenses
            self.licenses.clicked.connect(lambda: self.folder_wanted.emit(folder))
            self.licenses.show()
