"""What can be done about one input, in a small window at its tile: why it does not fit, and a button for each way out.

Sizes of copies come a moment later and are written on the buttons. A press closes it; what comes of it shows at the
tile. GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from runway_desktop.domain.inputs import InputFix
from runway_desktop.ui.building import STRETCH, add_all, hbox, push_button, vbox
from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.ui.word_breaking import LongWordsLabel
from runway_desktop.usecases.requests.input_item import InputItem
from runway_desktop.viewmodels.composer.inputs import InputMending

from .tile import facts_words

WIDTH = 40 * GRID


class MendPopup(QFrame):
    replace_wanted = Signal()
    open_wanted = Signal()
    remove_wanted = Signal()

    def __init__(self, item: InputItem, trouble: str, mending: InputMending, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setProperty("pane", "raised")
        self.setAccessibleName(f"What can be done with {item.name}")
        self._item = item
        self._mending = mending
        self._buttons: dict[InputFix, QPushButton] = {}
        column = vbox(on=self, margins=GRID + GRID // 2, spacing=GRID // 2)
        name = LongWordsLabel(self)
        name.setFont(theme.strong_font())
        # Before it is laid out: the popup takes its height from it.
        name.setFixedWidth(WIDTH - 4 * GRID)
        name.say(item.name)
        add_all(column, name, self._words(facts_words(item), "muted"))
        if trouble:
            column.addWidget(self._words(trouble, "bad"))
        column.addSpacing(GRID // 2)
        mends, copies = mending.mends(item), mending.copies(item)
        if copies and not trouble:
            column.addWidget(self._words("It fits. A copy can be used instead:", "muted"))
        for mend in mends or copies:
            self._add_mend(column, mend, theme)
        if trouble and not mends:
            column.addWidget(self._words("Nothing can be done about it here. Choose another file.", "muted"))
        add_all(column, GRID // 2, self._build_bottom())
        self.setFixedWidth(WIDTH)
        mending.changed.connect(self._show_sizes)
        mending.ask_sizes(item)
        self._show_sizes()

    @property
    def buttons(self) -> dict[InputFix, QPushButton]:
        """One for each offer."""
        return self._buttons

    def open_at(self, tile: QWidget) -> None:
        """Above or below the tile, whole on its screen."""
        self.adjustSize()
        screen = (tile.screen() or QGuiApplication.primaryScreen()).availableGeometry()
        at = tile.mapToGlobal(QPoint(0, -self.height() - 4))
        if at.y() < screen.top():
            at = tile.mapToGlobal(QPoint(0, tile.height() + 4))
        at.setX(max(screen.left(), min(at.x(), screen.right() - self.width())))
        at.setY(max(screen.top(), min(at.y(), screen.bottom() - self.height())))
        self.move(at)
        self.show()
        first = next(iter(self._buttons.values()), self._replace)
        first.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focused = self.focusWidget()
            if isinstance(focused, QPushButton):
                focused.click()
        else:
            super().keyPressEvent(event)

    def _words(self, text: str, tone: str = "", font: object = None) -> QLabel:
        label = QLabel(text, self, wordWrap=True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        if tone:
            label.setProperty("tone", tone)
        if font is not None:
            label.setFont(font)  # type: ignore[arg-type]
        return label

    def _add_mend(self, column: QVBoxLayout, mend: InputFix, theme: Theme) -> None:
        button = push_button(self, mend.text)
        button.setAccessibleDescription(mend.remark)
        button.clicked.connect(lambda: self._take(mend))
        self._buttons[mend] = button
        column.addWidget(button)
        if mend.remark:
            remark = self._words(mend.remark, "faint", theme.small_font())
            remark.setContentsMargins(GRID, 0, 0, GRID // 2)
            column.addWidget(remark)

    def _build_bottom(self) -> QHBoxLayout:
        self._replace = self._flat("Replace…", self.replace_wanted)
        row = hbox(self._replace)
        if self._item.path is not None:
            row.addWidget(self._flat("Open", self.open_wanted))
        add_all(row, STRETCH, self._flat("Remove", self.remove_wanted))
        return row

    def _flat(self, text: str, signal: object) -> QPushButton:
        button = push_button(self, text, kind="flat")

        def pressed() -> None:
            self.close()
            signal.emit()  # type: ignore[attr-defined]

        button.clicked.connect(pressed)
        return button

    def _take(self, mend: InputFix) -> None:
        self.close()
        self._mending.carry_out(self._item, mend)

    def _show_sizes(self) -> None:
        for mend, button in self._buttons.items():
            size = self._mending.size_of(self._item, mend)
            button.setText(f"{mend.text} ({size})" if size else mend.text)
