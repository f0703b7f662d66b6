"""Presets button with its menu: apply, save, rename, remove, import and export presets. Up to nine have a key. GUI
thread only."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QMenu, QWidget

from runway_desktop.catalog.labels import model_label
from runway_desktop.texts import Text, _, pgettext
from runway_desktop.ui.building import STRETCH, Dialog, PushButton, hbox, passing_menu, push_button, vbox
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.confirm import ask_text, confirm
from runway_desktop.ui.file_dialogs import choose_file, choose_target
from runway_desktop.ui.labels import set_reason, words
from runway_desktop.ui.theme import GRID
from runway_desktop.usecases.question import Question
from runway_desktop.usecases.requests.presets import KEYS, Preset
from runway_desktop.usecases.words.plain import caption, tip
from runway_desktop.viewmodels.composer.keeping import ComposerPresets

from .commands import PRESETS

_FILES = Text("Presets (*.json)")


class PresetsButton(PushButton):
    """Chip that opens the menu of presets."""

    def __init__(self, presets: ComposerPresets, keys: Keys, parent: QWidget) -> None:
        super().__init__(f"{_('Presets')}  ▾", parent)
        self._presets = presets
        self._keys = keys
        self.setProperty("kind", "chip")
        self.setAutoDefault(False)
        self.setAccessibleName(_("Presets"))
        self.clicked.connect(lambda: self.menu_of_presets().popup(self.mapToGlobal(self.rect().bottomLeft())))

    def menu_of_presets(self) -> QMenu:
        """Built for each opening, since presets change."""
        presets, menu = self._presets, passing_menu(self)
        for preset in presets.all:
            action = menu.addAction(caption(preset.name), partial(presets.take, preset))
            model = model_label(preset.model)
            action.setToolTip(tip(_("{model}, with its prompt", model=model) if preset.prompt is not None else model))
            if preset.key:
                action.setShortcuts(self._keys.of(PRESETS[preset.key]))
        menu.setToolTipsVisible(True)
        if presets.all:
            menu.addSeparator()
        menu.addAction(_("Save as preset…"), self._save)
        if presets.all:
            rename, remove = menu.addMenu(_("Rename")), menu.addMenu(pgettext("preset", "Remove"))
            for preset in presets.all:
                rename.addAction(f"{caption(preset.name)}…", partial(self._rename, preset))
                remove.addAction(f"{caption(preset.name)}…", partial(self._remove, preset))
        menu.addSeparator()
        menu.addAction(_("Import…"), self._import)
        menu.addAction(_("Export…"), self._export).setEnabled(bool(presets.all))
        return menu

    def _save(self) -> None:
        SavePreset(self._presets, self._keys, self.window()).open()

    def _rename(self, preset: Preset) -> None:
        ask_text(
            self.window(),
            _("Rename preset"),
            _("Preset name"),
            preset.name,
            self._presets.name_problem,
            partial(self._presets.rename, preset.name),
            ok=_("Rename"),
        )

    def _remove(self, preset: Preset) -> None:
        asked = Question(
            _("Remove preset “{preset}”?", preset=preset.name), _("Tasks made with it stay."), _("Remove preset")
        )
        confirm(self.window(), asked, partial(self._presets.remove, preset.name))

    def _import(self) -> None:
        choose_file(self.window(), _("Import presets"), self._presets.bring_in, filters=str(_FILES))

    def _export(self) -> None:
        choose_target(self.window(), _("Export presets"), self._presets.export, Path("presets.json"), str(_FILES))


class SavePreset(Dialog):
    def __init__(self, presets: ComposerPresets, keys: Keys, parent: QWidget) -> None:
        super().__init__(_("Save as preset"), parent)
        self._presets = presets
        self._name = QLineEdit(self, placeholderText=_("Name"))
        self._name.setAccessibleName(_("Preset name"))
        self._prompt = QCheckBox(_("Include the prompt"), self)
        self._key = QComboBox(self)
        self._key.setAccessibleName(_("Preset shortcut"))
        self._key.addItem(_("No shortcut"), 0)
        for key in KEYS:
            holder = next((preset.name for preset in presets.all if preset.key == key), "")
            pressed = keys.words(PRESETS[key]) or _("Slot {number} (no key)", number=key)
            self._key.addItem(_("{key} (now {preset})", key=pressed, preset=holder) if holder else pressed, key)
        self._key.setCurrentIndex(self._key.findData(presets.free_key))
        self._save = push_button(self, _("Save preset"), self._done, kind="primary", default=True)
        vbox(
            words(self, _("Saves the model and its settings, without inputs."), "muted"),
            self._name,
            self._prompt,
            self._key,
            hbox(STRETCH, push_button(self, _("Cancel"), self.reject), self._save),
            on=self,
            margins=2 * GRID,
        )
        self.setMinimumWidth(44 * GRID)
        self._name.textChanged.connect(self._check_name)
        self._check_name()

    def _check_name(self) -> None:
        set_reason(self._save, self._presets.name_problem(self._name.text()))

    def _done(self) -> None:
        self._presets.save(self._name.text(), with_prompt=self._prompt.isChecked(), key=int(self._key.currentData()))
        self.accept()
