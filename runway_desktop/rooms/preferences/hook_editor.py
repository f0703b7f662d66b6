"""Editor of what is run when something happens. GUI thread only."""

from __future__ import annotations

import shlex
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QWidget

from runway_desktop.domain.hooks import Happening
from runway_desktop.domain.preferences import Preferences
from runway_desktop.rooms.preferences.model.preferences import PreferencesForm
from runway_desktop.texts import Text, _
from runway_desktop.ui.building import STRETCH, hbox, line_edit, push_button, vbox
from runway_desktop.ui.file_dialogs import choose_file
from runway_desktop.ui.labels import say, set_reason, words
from runway_desktop.ui.theme import Theme

from .saving_editors import OwnEditor

_HAPPENINGS = {
    Happening.SAVED: Text("The results of a task are saved"),
    Happening.FAILED: Text("A task failed, or a result could not be saved"),
    Happening.NEEDS_ME: Text("Something needs you: an approval, a decision, a cap, the key"),
    Happening.QUEUE_EMPTY: Text("The queue is empty"),
}


class HookEditor(OwnEditor):
    def __init__(self, form: PreferencesForm, theme: Theme, parent: QWidget) -> None:
        super().__init__(form, theme, parent)
        self._hook = form.hook
        self._line = line_edit(self, str(Preferences.hook.label), hint=_("A program with its arguments, or https://…"))
        self._line.editingFinished.connect(self.finish)
        self.setFocusProxy(self._line)
        choose = push_button(self, _("Choose a program…"), self._choose)
        self._boxes = {happening: QCheckBox(str(label), self) for happening, label in _HAPPENINGS.items()}
        self._test = push_button(self, _("Test"), lambda: self.finish(tests=True))
        self._said = words(self)
        kept = words(self, _("A copied or restored profile runs nothing until you set this again."), "faint")
        vbox(
            hbox((self._line, 1), choose),
            *self._boxes.values(),
            hbox((self._test, Qt.AlignmentFlag.AlignTop), (self._said, 1), STRETCH),
            kept,
            on=self,
        )
        self._line.textChanged.connect(self._show_test)
        for happening, box in self._boxes.items():
            box.setChecked(happening in self._hook.hook.happenings)
            box.toggled.connect(lambda _: self.finish())
        self._hook.changed.connect(self._show)
        self._show()

    def finish(self, *, tests: bool = False) -> None:
        chosen = {happening for happening, box in self._boxes.items() if box.isChecked()}
        self._hook.set(self._line.text(), chosen, tests=tests)

    def _show(self) -> None:
        say(self._said, self._hook.said, self._hook.tone)
        if self._hook.tone == "muted":
            self._line.setText(self._hook.text)
        self._show_test()

    def _show_test(self) -> None:
        set_reason(self._test, "" if self._line.text().strip() else _("Enter a program or an address first."))

    def _choose(self) -> None:
        choose_file(self, _("Choose a program"), self._chosen, near=Path.home())

    def _chosen(self, file: Path) -> None:
        self._line.setText(shlex.join((str(file),)))
        self.finish()
