"""Dialog for a step: title, what goes in, prompt template, and the fields that have no chip. GUI thread only."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from runway_desktop.catalog import Field
from runway_desktop.domain.film.steps import Step, StepInput
from runway_desktop.texts import Text, _
from runway_desktop.ui.building import (
    STRETCH,
    Dialog,
    choices,
    hbox,
    line_edit,
    open_at,
    push_button,
    scroll_area,
    vbox,
)
from runway_desktop.ui.composer.field_editors import FormRow
from runway_desktop.ui.labels import words
from runway_desktop.ui.theme import GRID
from runway_desktop.usecases.steps import title_of
from runway_desktop.values import replace

from .model.model import StepsModel

_INPUTS = (
    (StepInput.PICK, Text("The pick", context="step")),
    (StepInput.LAST_FRAME, Text("Its last frame", context="step")),
    (StepInput.NOTHING, Text("Nothing", context="step")),
)
_SIZE = QSize(64 * GRID, 72 * GRID)


class StepDialog(Dialog):
    def __init__(self, model: StepsModel, step: Step, shown: Field | None, parent: QWidget) -> None:
        """`shown`: the field that has a chip."""
        super().__init__(_("Step “{step}”", step=title_of(step)), parent)
        self._step = step
        title = line_edit(self, _("Title"), hint=title_of(replace(step, title="")))
        title.setText(step.title)
        title.textChanged.connect(lambda text: self._set(title=text.strip()))
        rows = vbox(words(self, _("Title")), title, on=self, margins=2 * GRID)
        if model.chain is not None and step.id != model.chain.steps[0].id:
            pills = choices(
                self, ((one, str(said)) for one, said in _INPUTS), lambda one: self._set(input=one), pills=True
            )
            pills[step.input].setChecked(True)
            rows.addWidget(words(self, _("Goes in")))
            rows.addLayout(hbox(*pills.values(), STRETCH, spacing=GRID // 2))
        if (pair := model.pair(step)) is not None and pair.prompt_field is not None:
            template = QPlainTextEdit(step.template, self, tabChangesFocus=True)
            template.setAccessibleName(_("Prompt"))
            template.setFixedHeight(3 * template.fontMetrics().lineSpacing() + 2 * GRID)
            template.textChanged.connect(lambda: self._set(template=template.toPlainText()))
            note = _("{prompt} is the shot's prompt, {note} the pick's note. Names of the cast work here too.",
                     prompt="{prompt}", note="{note}")  # fmt: skip
            rows.addWidget(words(self, _("Prompt")))
            rows.addWidget(template)
            rows.addWidget(words(self, note, "muted"))
        body = QWidget(self)
        fields = vbox(on=body, margins=(0, GRID, GRID, 0))
        for field in model.fields_left(step, shown):
            row = FormRow(field, body)
            row.show_value(model.value(step, field.name))
            row.edited.connect(partial(self._edit, row))
            fields.addWidget(row)
        fields.addStretch()
        rows.addWidget(scroll_area(self, body), 1)
        remove = push_button(self, _("Remove step"), self.reject, kind="danger")
        remove.clicked.connect(lambda: model.remove_step(step))
        keep = push_button(self, _("Save"), self.accept, kind="primary", default=True)
        rows.addLayout(hbox(remove, STRETCH, push_button(self, _("Cancel"), self.reject), keep))
        self.accepted.connect(lambda: model.change(self._step))
        open_at(self, _SIZE)
        title.setFocus(Qt.FocusReason.OtherFocusReason)

    def _set(self, **values: Any) -> None:
        self._step = replace(self._step, **values)

    def _edit(self, row: FormRow, name: str, value: Any) -> None:
        self._set(values={**self._step.values, name: value})
        row.show_value(value)
