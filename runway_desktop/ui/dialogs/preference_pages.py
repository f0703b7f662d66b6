"""Pages of the preferences: the key, the look, and how much is asked of Runway at once. GUI thread only."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from runway_desktop.ui.choice_popup import ChoicePopup, Option
from runway_desktop.ui.confirm import confirm
from runway_desktop.ui.labels import say, words
from runway_desktop.ui.marks import set_tone
from runway_desktop.ui.theme import GRID, Choice, Theme
from runway_desktop.usecases.question import Question
from runway_desktop.viewmodels.profiles.welcome import WHERE_FROM
from runway_desktop.viewmodels.settings.preferences import MOST_AT_ONCE, PreferencesForm

from .key_entry import KeyEntry


class Page(QWidget):
    """A column of headings and controls."""

    def __init__(self, form: PreferencesForm, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.form = form
        self.theme = theme
        self.rows = QVBoxLayout(self)
        self.rows.setContentsMargins(0, 0, GRID, 0)
        self.rows.setSpacing(GRID)

    def finish(self) -> None:
        """Keeps what is still being typed. Called before the window closes."""

    def heading(self, text: str) -> QLabel:
        if self.rows.count():
            self.rows.addSpacing(2 * GRID)
        label = words(self, text)
        label.setFont(self.theme.strong_font())
        self.rows.addWidget(label)
        return label

    def note(self, text: str = "", tone: str = "muted") -> QLabel:
        label = words(self, text, tone)
        self.rows.addWidget(label)
        return label

    def switch(self, name: str) -> QCheckBox:
        """A check box for a preference that is on or off, worded by its own description."""
        box = QCheckBox(self.form.description(name).rstrip("."), self)
        box.setChecked(bool(self.form.value(name)))
        box.toggled.connect(lambda on: self.form.set_value(name, on))
        self.form.changed.connect(lambda which: box.setChecked(bool(self.form.value(name))) if which == name else None)
        self.rows.addWidget(box)
        return box


class KeyPage(Page):
    def __init__(self, form: PreferencesForm, theme: Theme, parent: QWidget) -> None:
        super().__init__(form, theme, parent)
        self.heading("Your key")
        self._place = self.note()
        self._problem = self.note(tone="warn")
        self._forget = QPushButton("Forget this key…", self)
        self._forget.setProperty("kind", "danger")
        self._forget.setAutoDefault(False)
        self._forget.clicked.connect(self._ask_to_forget)
        row = QHBoxLayout()
        row.addWidget(self._forget)
        row.addStretch()
        self.rows.addLayout(row)
        if not form.is_demo:
            title = self.heading("Use another key")
            entry = KeyEntry(form.key, theme, "Check and use", self)
            title.setBuddy(entry)
            self.rows.addWidget(entry)
            self.note(f"{WHERE_FROM} Checking asks for your balance; it costs nothing.", "faint")
        self.rows.addStretch()
        form.key.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        key = self.form.key
        say(self._place, key.place_words)
        say(self._problem, key.status.problem if self.form.is_demo else "")
        self._forget.setVisible(key.can_forget)

    def _ask_to_forget(self) -> None:
        store = self.form.key.status.store_name
        where = f"It is removed from {store}." if store else "It is removed from this session."
        text = f"{where} Tasks at Runway go on, and are asked for again once there is a key."
        confirm(self, Question("Forget the key?", text, "Forget the key"), self.form.key.forget)


class LookPage(Page):
    _CHOICES = ((Choice.SYSTEM, "Match system"), (Choice.LIGHT, "Light"), (Choice.DARK, "Dark"))

    def __init__(self, form: PreferencesForm, theme: Theme, parent: QWidget) -> None:
        super().__init__(form, theme, parent)
        self.heading("Theme")
        self._group = QButtonGroup(self)
        self._buttons: dict[Choice, QRadioButton] = {}
        for choice, text in self._CHOICES:
            button = QRadioButton(text, self)
            button.setAccessibleName(f"Theme: {text}")
            button.clicked.connect(lambda _=False, chosen=choice: self._choose(chosen))
            self._group.addButton(button)
            self._buttons[choice] = button
            self.rows.addWidget(button)
        self.heading("Playing")
        self.switch("loop_clips")
        self.switch("muted")
        self.rows.addStretch()
        form.changed.connect(lambda name: self._show() if name == "theme" else None)
        self._show()

    def _show(self) -> None:
        self._buttons[Choice(self.form.value("theme"))].setChecked(True)

    def _choose(self, choice: Choice) -> None:
        self.form.set_value("theme", choice.value)
        self.theme.choose(choice)


class RunwayPage(Page):
    def __init__(self, form: PreferencesForm, theme: Theme, parent: QWidget) -> None:
        super().__init__(form, theme, parent)
        self._limits: dict[str, QSpinBox] = {}
        self.heading("At the same time")
        lines = QGridLayout()
        lines.setHorizontalSpacing(2 * GRID)
        lines.setVerticalSpacing(GRID)
        lines.setColumnStretch(2, 1)
        numbers = (
            ("Tasks that are asked about", "poll_limit", 8),
            ("Results that are downloaded", "download_limit", 4),
        )
        for place, (text, name, most) in enumerate(numbers):
            label, box = words(self, text, wrap=False), self._number(name, most, text)
            label.setBuddy(box)
            lines.addWidget(label, place, 0)
            lines.addWidget(box, place, 1)
        self.rows.addLayout(lines)
        self.heading("Tasks of one model at the same time")
        self.note("Where you want fewer than Runway allows. The others wait here, where you can still change them.")
        self._table = QWidget(self)
        self._grid = QGridLayout(self._table)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * GRID)
        self._grid.setVerticalSpacing(GRID)
        self._grid.setColumnStretch(2, 1)
        self.rows.addWidget(self._table)
        self._add = QPushButton("Add a model…", self)
        self._add.setAutoDefault(False)
        self._add.clicked.connect(self._choose_model)
        row = QHBoxLayout()
        row.addWidget(self._add)
        row.addStretch()
        self.rows.addLayout(row)
        if form.can_renew_catalog:
            self._add_catalog()
        self.heading("Canceling")
        self.switch("ask_before_cancel")
        self.rows.addStretch()
        form.changed.connect(lambda name: self._show_limits() if name in ("", "lane_limits") else None)
        self._show_limits()

    def _add_catalog(self) -> None:
        """What can be made, and how to renew it without a new version of the program."""
        self.heading("Catalog of models")
        self._catalog = self.note()
        self._renew = QPushButton("Renew from file…", self)
        self._built_in = QPushButton("Use the built-in one", self)
        row = QHBoxLayout()
        for button in (self._renew, self._built_in):
            button.setAutoDefault(False)
            row.addWidget(button)
        row.addStretch()
        self.rows.addLayout(row)
        self._came = self.note()
        self._renew.clicked.connect(self._choose_catalog)
        self._built_in.clicked.connect(lambda: self.form.renew_catalog(None))
        self.form.catalog_told.connect(self._show_catalog)
        self._show_catalog()

    def _show_catalog(self, came: str = "", refused: bool = False) -> None:
        say(self._catalog, self.form.catalog_words)
        self._built_in.setVisible(not self.form.catalog_is_built_in)
        say(self._came, came)
        set_tone(self._came, "bad" if refused else "good")

    def _choose_catalog(self) -> None:
        dialog = QFileDialog(self, "Renew the catalog", "", "Catalog (*.json)")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.form.renew_catalog(Path(name)))
        dialog.open()

    def _number(self, name: str, most: int, spoken: str) -> QSpinBox:
        box = QSpinBox(self, minimum=1, maximum=most)
        box.setKeyboardTracking(False)
        box.setValue(int(self.form.value(name)))
        box.setAccessibleName(spoken)
        box.setAccessibleDescription(self.form.description(name))
        box.setToolTip(f"1 to {most}")
        box.setFixedWidth(9 * GRID)
        box.valueChanged.connect(lambda value: self.form.set_value(name, value))
        self.form.changed.connect(lambda which: box.setValue(int(self.form.value(name))) if which == name else None)
        return box

    def _show_limits(self) -> None:
        limits = self.form.model_limits()
        if [limit.model for limit in limits] != list(self._limits):
            self._build_limits([limit.model for limit in limits])
        for number, limit in enumerate(limits):
            self._limits[limit.model].setValue(limit.own or 0)
            item = self._grid.itemAtPosition(number, 2)
            label = item.widget() if item is not None else None
            if isinstance(label, QLabel):
                say(label, limit.allowed_words)
        self._table.setVisible(bool(limits))

    def _build_limits(self, models: list[str]) -> None:
        while self._grid.count():
            widget = self._grid.takeAt(0).widget()
            widget.hide()
            widget.deleteLater()
        self._limits.clear()
        for number, model in enumerate(models):
            box = QSpinBox(self._table, minimum=0, maximum=MOST_AT_ONCE)
            box.setKeyboardTracking(False)
            box.setSpecialValueText("as allowed")
            box.setAccessibleName(f"Tasks of {model} at the same time")
            box.setFixedWidth(max(14 * GRID, box.sizeHint().width() + GRID))
            box.valueChanged.connect(lambda value, name=model: self.form.set_model_limit(name, value or None))
            self._limits[model] = box
            self._grid.addWidget(words(self._table, model, wrap=False), number, 0)
            self._grid.addWidget(box, number, 1)
            self._grid.addWidget(words(self._table, tone="faint", wrap=False), number, 2)

    def _choose_model(self) -> None:
        options = [Option(model, model) for model in self.form.other_models()]
        popup = ChoicePopup(options, None, "Model", self._add)
        popup.chosen.connect(self._add_model)
        popup.open_at(self._add)

    def _add_model(self, model: str) -> None:
        self.form.add_model(model)
        self._limits[model].setFocus()
