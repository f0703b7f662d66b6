"""Editors of single preferences: folder of results, file-name template, language, start at login. GUI thread only."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QCheckBox, QSystemTrayIcon, QWidget

from runway_desktop.domain import filenames
from runway_desktop.domain.preferences import Preferences
from runway_desktop.rooms.preferences.model.preferences import PreferencesForm
from runway_desktop.texts import _, in_turn
from runway_desktop.ui.building import STRETCH, choices, hbox, line_edit, push_button, vbox
from runway_desktop.ui.dialogs.template_editor import TemplateEditor
from runway_desktop.ui.file_dialogs import choose_folder
from runway_desktop.ui.labels import mark_wrong, say, words
from runway_desktop.ui.theme import Theme
from runway_desktop.usecases.words.plain import tip

from .library_box import LibraryBox


class OwnEditor(QWidget):
    """Editor of one preference."""

    def __init__(self, form: PreferencesForm, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.form = form
        self.theme = theme

    def finish(self) -> None:
        """Saves unfinished input."""


class FolderEditor(OwnEditor):
    def __init__(self, form: PreferencesForm, theme: Theme, parent: QWidget) -> None:
        super().__init__(form, theme, parent)
        self._problem = ""
        """Error of the typed folder."""
        self._line = line_edit(self, _("Folder for results"))
        self._line.editingFinished.connect(self.finish)
        self.setFocusProxy(self._line)
        self._choose = push_button(self, _("Choose…"), self._choose_folder)
        self._note = words(self, tone="muted")
        self._move = push_button(self, _("Move the library…"), self._choose_target)
        self._usual = push_button(self, _("Use the default folder"), self._reset, kind="flat")
        box = LibraryBox(form.folder, theme, self)
        box.choose_wanted.connect(self._choose_target)
        vbox(hbox((self._line, 1), self._choose), self._note, hbox(self._move, self._usual, STRETCH), box, on=self)
        form.changed.connect(lambda name: self._show() if name == "library_folder" else None)
        form.folder.changed.connect(self._show_library)
        self._show()

    def finish(self) -> None:
        if self._line.text().strip() != str(self.form.library):
            self._problem = self.form.set_library(self._line.text())
            self._say()

    def _show(self) -> None:
        self._line.setText(str(self.form.library))
        self._problem = ""
        self._show_library()
        self._usual.setVisible(not self.form.library_is_default)

    def _say(self) -> None:
        state, tone = self.form.folder.state
        usual = _("This is the default folder.") if self.form.library_is_default else ""
        stays = _("Saved files stay where they are unless you move the library.")
        kept = str(in_turn(usual, state, stays))
        say(self._note, self._problem or kept, "bad" if self._problem else tone)
        mark_wrong(self._line, bool(self._problem))
        self._line.setAccessibleDescription(self._problem or kept)

    def _show_library(self) -> None:
        """Shows the folder's state; disables the controls during a move."""
        self._say()
        moving = self.form.folder.is_moving
        why = _("The library is being moved. Stop that first.") if moving else ""
        for widget in (self._line, self._choose, self._move, self._usual):
            widget.setEnabled(not moving)
            widget.setToolTip(tip(why))

    def _reset(self) -> None:
        self.form.set_library("")
        self._show()

    def _choose_folder(self) -> None:
        choose_folder(self, _("Choose the folder for results"), self._chosen, near=self.form.library)

    def _choose_target(self) -> None:
        choose_folder(self, _("Move the library to"), self.form.folder.look_into, near=self.form.library)

    def _chosen(self, folder: Path) -> None:
        self._line.setText(str(folder))
        self.finish()


class NamesEditor(OwnEditor):
    def __init__(self, form: PreferencesForm, theme: Theme, parent: QWidget) -> None:
        super().__init__(form, theme, parent)
        self._template = TemplateEditor(_example, self, meanwhile=_("The last valid template stays in use."))
        self._template.edited.connect(lambda _: self._show_standard())
        self._template.finished.connect(self.finish)
        self.setFocusProxy(self._template.line)
        self._standard = push_button(self, _("Use the default names"), form.reset_template, kind="flat")
        vbox(self._template, hbox(self._standard, STRETCH), on=self)
        form.changed.connect(lambda name: self._show() if name == "name_template" else None)
        self._show()

    def finish(self) -> None:
        if self._template.text().strip() != self.form.value("name_template"):
            self.form.set_template(self._template.text())

    def _show(self) -> None:
        self._template.set_text(self.form.value("name_template"))
        self._show_standard()

    def _show_standard(self) -> None:
        self._standard.setVisible(self._template.text().strip() != filenames.DEFAULT_TEMPLATE)


class LanguageEditor(OwnEditor):
    def __init__(self, form: PreferencesForm, theme: Theme, parent: QWidget) -> None:
        super().__init__(form, theme, parent)
        buttons = choices(self, form.languages, partial(form.set_value, "language"))
        for button in buttons.values():
            button.setAccessibleName(_("{setting}: {choice}", setting=_("Language"), choice=button.text()))
        start = words(self, _("Takes effect the next time you start the program."), "muted")
        vbox(*buttons.values(), start, on=self)
        chosen = form.value("language")
        checked = buttons[chosen if chosen in buttons else ""]
        # A language whose catalog is missing stays chosen.
        with QSignalBlocker(checked):
            checked.setChecked(True)


class LoginEditor(OwnEditor):
    def __init__(self, form: PreferencesForm, theme: Theme, parent: QWidget) -> None:
        super().__init__(form, theme, parent)
        self._login = form.login()
        self._box = QCheckBox(str(Preferences.start_at_login.label), self)
        self._note = words(self, tone="muted")
        self.setFocusProxy(self._box)
        vbox(self._box, self._note, on=self)
        form.changed.connect(lambda name: self._show() if name == "tray" else None)
        if self._login is not None:
            self._box.clicked.connect(self._login.turn)
            self._login.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        problem = self._login.problem if self._login is not None else ""
        self._box.setChecked(self._login is not None and self._login.is_on)
        has_icon = self.form.value("tray") and QSystemTrayIcon.isSystemTrayAvailable()
        hidden = _("The window starts hidden; the icon in the tray opens it.")
        minimized = _("The window starts minimized, since there is no icon in the tray to open it.")
        said = problem or (hidden if has_icon else minimized)
        say(self._note, said, "bad" if problem else "muted")
        self._box.setAccessibleDescription(said)


def _example(text: str) -> str:
    """Example path, with folders, of an invented result."""
    return _("For example: {path}", path=filenames.preview(text))
