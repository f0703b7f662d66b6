"""The review of many requests from one drop: a table, what is wrong, what it will cost, and the buttons that send.

Shows the view-model and commands it. Rows that were sent leave; the window closes when none is left. It asks before it
closes only when something would be lost. GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from runway_desktop.ui.choice_popup import ChoicePopup, Option
from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.viewmodels import wording
from runway_desktop.viewmodels.review import FIRST_FEW, ReviewModel

from .confirm import confirm
from .findings import FindingsList
from .review_table import ReviewTable
from .words import ElidedLabel, announce, say, tip, words


class ReviewDialog(QDialog):
    sent = Signal(object)
    """A tuple of task ids, stored in the lane."""

    def __init__(self, model: ReviewModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._theme = theme
        model.setParent(self)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Review {model.title}")
        self.setAccessibleName(f"Review {model.title}")
        self._build()
        model.counted.connect(self._show)
        model.default_changed.connect(self._show_default)
        model.sent.connect(self._sent)
        model.emptied.connect(self.accept)
        model.troubled.connect(self._trouble)
        QShortcut(QKeySequence("Ctrl+Return"), self, self._send_all)
        QShortcut(QKeySequence("Ctrl+Enter"), self, self._send_all)
        self._show_default()
        self._show()
        self._table.setFocus(Qt.FocusReason.OtherFocusReason)

    def sizeHint(self) -> QSize:
        parent = self.parentWidget()
        wanted = QSize(150 * GRID, 80 * GRID)
        return wanted if parent is None else wanted.boundedTo(parent.window().size() - QSize(4 * GRID, 8 * GRID))

    def reject(self) -> None:
        """Cancel, Escape and the window's own button."""
        if self._model.sending:
            return
        question = self._model.closing_question()
        if question is None:
            super().reject()
        else:
            confirm(self, question, self._leave)

    def _leave(self) -> None:
        super().reject()

    def _send_all(self) -> None:
        self._send(None)

    def _send(self, most: int | None) -> None:
        """What is being typed counts: a shortcut does not take the focus from the editor."""
        self._table.finish_editing()
        self._model.send(most)

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        layout.setSpacing(GRID + GRID // 2)
        layout.addLayout(self._build_head())
        self._findings = FindingsList([found.message for found in self._model.file_findings], self._theme, self)
        layout.addWidget(self._findings)
        self._defaults = self._build_defaults()
        layout.addWidget(self._defaults)
        self._table = ReviewTable(self._model, self._theme, self)
        layout.addWidget(self._table, 1)
        self._total = words(self, tone="muted")
        layout.addWidget(self._total)
        self._note = words(self)
        self._note.hide()
        layout.addWidget(self._note)
        layout.addLayout(self._build_buttons())

    def _build_head(self) -> QHBoxLayout:
        title = ElidedLabel(self)
        title.setText(self._model.title)
        title.setFont(self._theme.strong_font())
        self._subtitle = words(self, tone="muted", wrap=False)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(title)
        row.addWidget(self._subtitle)
        row.addStretch(1)
        return row

    def _build_defaults(self) -> QWidget:
        """What rows take that name no endpoint or model of their own."""
        bar = QWidget(self)
        row = QHBoxLayout(bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        self._endpoint = self._chip(bar, "What to make", self._choose_endpoint)
        self._model_chip = self._chip(bar, "Model", self._choose_model)
        self._settings = ElidedLabel(bar, Qt.TextElideMode.ElideRight)
        self._settings.setProperty("tone", "muted")
        self._inputs = QCheckBox("Use the composer's inputs for every row", bar)
        self._inputs.setChecked(self._model.use_inputs)
        self._inputs.toggled.connect(self._model.set_use_inputs)
        row.addWidget(words(bar, "Rows without their own:", "muted", wrap=False))
        row.addWidget(self._endpoint)
        row.addWidget(self._model_chip)
        row.addWidget(self._settings, 1)
        row.addWidget(self._inputs)
        return bar

    def _build_buttons(self) -> QHBoxLayout:
        self._all = QCheckBox("All rows", self)
        self._all.setTristate(True)
        self._all.clicked.connect(lambda: self._model.choose_all(self._all.checkState() is not Qt.CheckState.Unchecked))
        cancel = QPushButton("Cancel", self)
        cancel.clicked.connect(self.reject)
        self._few = QPushButton(f"First {FIRST_FEW} only", self)
        self._few.clicked.connect(lambda: self._send(FIRST_FEW))
        self._go = QPushButton(self)
        self._go.setProperty("kind", "primary")
        self._go.clicked.connect(self._send_all)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self._all)
        row.addStretch()
        for button in (cancel, self._few, self._go):
            # Return in the table must not spend anything.
            button.setAutoDefault(False)
            row.addWidget(button)
        return row

    def _chip(self, parent: QWidget, name: str, opens: object) -> QPushButton:
        chip = QPushButton(parent)
        chip.setProperty("kind", "chip")
        chip.setAccessibleName(name)
        chip.setAutoDefault(False)
        chip.clicked.connect(opens)
        return chip

    def _show(self) -> None:
        model, count = self._model, self._model.count
        self._subtitle.setText(model.subtitle)
        say(self._total, model.total_words, "warn" if model.exceeds_balance else "muted")
        price = "" if model.reason else count.price_words
        self._go.setText("   ".join(part for part in (f"Generate {count.ready:,} ready", price) if part))
        self._go.setEnabled(not model.reason)
        self._go.setToolTip(tip(model.reason) or "Put them into the lane (Ctrl+Return)")
        self._go.setAccessibleName(f"Generate {wording.count(count.ready, 'ready row')}, {price}".rstrip(", "))
        self._go.setAccessibleDescription(model.reason)
        few = model.first_few()
        self._few.setVisible(count.rows > FIRST_FEW)
        self._few.setEnabled(not model.reason and count.ready > FIRST_FEW)
        self._few.setToolTip(tip(few.price_words))
        self._few.setAccessibleDescription(few.price_words)
        states = Qt.CheckState
        all_chosen = states.Checked if count.chosen == count.rows else states.PartiallyChecked
        self._all.setCheckState(all_chosen if count.chosen else states.Unchecked)
        self._all.setEnabled(bool(count.rows) and not model.sending)
        self._defaults.setEnabled(not model.sending)

    def _show_default(self) -> None:
        model = self._model
        self._defaults.setVisible(model.has_default_rows)
        self._endpoint.setText(f"{model.endpoint.label}  ▾")
        self._endpoint.setAccessibleDescription(model.endpoint.label)
        self._model_chip.setText(f"{model.pair.model}  ▾")
        self._model_chip.setAccessibleDescription(model.pair.model)
        self._model_chip.setToolTip(tip(model.pair.label))
        self._settings.setText(model.default_settings)
        self._inputs.setVisible(model.composer_inputs > 0)

    def _choose_endpoint(self) -> None:
        options = [Option(found.name, found.label, f"{len(found.models)} models") for found in self._model.endpoints]
        popup = ChoicePopup(options, self._model.endpoint.name, "What to make", self._endpoint)
        popup.chosen.connect(self._model.choose_endpoint)
        popup.open_at(self._endpoint)

    def _choose_model(self) -> None:
        options = [Option(name, name) for name in self._model.endpoint.models]
        popup = ChoicePopup(options, self._model.pair.model, "Model", self._model_chip)
        popup.chosen.connect(self._model.choose_model)
        popup.open_at(self._model_chip)

    def _sent(self, ids: tuple[object, ...]) -> None:
        said = f"{wording.count(len(ids), 'task')} stored; {'it is' if len(ids) == 1 else 'they are'} sent in turn."
        left = self._model.rowCount(QModelIndex())
        say(self._note, f"{said} {wording.count(left, 'row')} left here." if left else said, "good")
        announce(self, self._note.text())
        self.sent.emit(ids)

    def _trouble(self, message: str) -> None:
        say(self._note, message, "bad")
        announce(self, message, urgent=True)
