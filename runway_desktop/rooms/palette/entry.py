"""Entry point of the main window's palette: search line, results, key hints; carries out what is selected.

The panel is a child of the window rather than a popup, so that a dialog opened by a command is above it. It handles all
keys while it is open. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QLineEdit, QListView, QWidget
from shiboken6 import isValid

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import TaskId
from runway_desktop.texts import _, ngettext, pgettext
from runway_desktop.ui.building import hbox, line, vbox
from runway_desktop.ui.commands.everywhere import PALETTE
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.composer.commands import PRESETS
from runway_desktop.ui.desk import Desk
from runway_desktop.ui.flow_layout import FlowLayout
from runway_desktop.ui.labels import KeyCap, announce, words
from runway_desktop.ui.tasks.commands import COMPARE_SELECTED, COMPARE_TAKES
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.ui.window.main_window import MainWindow
from runway_desktop.usecases.commands.command import JUDGING, Command, Surface
from runway_desktop.usecases.commands.tasks import KEYED
from runway_desktop.usecases.palette.palette import Heading, Offer

from .lines import LineDelegate, Lines
from .model import PaletteModel

WIDTH = 94 * GRID
LONGEST_ACT = 22 * GRID
_SHADE = QColor(0, 0, 0, 120)
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_PAGE = 6


def open_room(desk: Desk, _wish: object) -> None:
    """Toggles the palette."""
    palette = desk.window.findChild(PaletteHost)
    if palette is None:
        models = desk.models
        model = PaletteModel(
            desk.cases, desk.runner, models.composer, models.pages, partial(_of_rooms, desk), desk.window
        )
        palette = PaletteHost(model, desk.window, desk.theme)
    palette.toggle()


class PaletteHost(QObject):
    def __init__(self, model: PaletteModel, window: MainWindow, theme: Theme) -> None:
        super().__init__(window)
        self._model = model
        self._window = window
        self._theme = theme
        self.panel: PalettePanel | None = None
        self._before: QWidget | None = None

    def toggle(self) -> None:
        if self.panel is not None:
            self.panel.close_panel()
        else:
            window = self._window
            window.models.rows.with_rows(window.workspace.chosen_ids(), self._open)

    def _open(self, rows: list[Row]) -> None:
        if self.panel is not None:
            return
        window = self._window
        self._before = window.focusWidget()
        self._model.search("")
        self._model.open(rows, list(self._commands(rows)), window.task_menu.take, PRESETS)
        self.panel = PalettePanel(self._model, _title(rows), self._theme, window.keys, window.workspace.posters, window)
        self.panel.taken.connect(self._taken)
        self.panel.closed.connect(self._closed)
        self.panel.open()

    def _commands(self, rows: list[Row]) -> Iterator[Offer]:
        """Commands available for the selection and for what is in front."""
        window = self._window
        for command, given in window.keys.given(window).items():
            if command in KEYED or Surface.PALETTE in command.left_out_of:
                continue
            of_rows = command.section is JUDGING or command in (COMPARE_TAKES, COMPARE_SELECTED)
            yield Offer(
                id=f"command:{command.id}",
                section=Heading.SELECTION if of_rows and rows else Heading.COMMANDS,
                text=given.text,
                detail="" if of_rows and rows else str(command.section.title),
                reason=given.reason,
                keyed=command,
                icon=command.sign,
                also=str(command.words),
                synonyms=str(command.synonyms),
                is_grave=command.pays or command.is_dangerous,
                does=given.do,
            )
        use, shown = window.models.task_commands.use_as_input, window.shown_result()
        if shown is not None and (path := shown.path) is not None:
            for way in use.ways(shown.media):
                yield Offer(
                    id=f"input:{way.endpoint}{'+' if way.last_frame else ''}",
                    section=Heading.SELECTION,
                    text=_("Use as input: {way}", way=way.text),
                    icon="mdi6.image-plus-outline",
                    does=partial(use.take, way, path, shown.media),
                )

    def _taken(self, offer: Offer, keeps_open: bool) -> None:
        self._model.note_used(offer)
        if not keeps_open and self.panel is not None:
            self.panel.close_panel()
        self._carry_out(offer)
        if keeps_open and self.panel is not None:
            if QApplication.activeModalWidget() is not None or QApplication.activePopupWidget() is not None:
                # The command opened a dialog or popup, which needs the keyboard.
                self.panel.close_panel()
            else:
                self.panel.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def _carry_out(self, offer: Offer) -> None:
        window = self._window
        m, what = window.models, offer.what
        if offer.does is not None:
            offer.does()
        match offer.kind:
            case "row":
                m.task_commands.show_wanted.emit([TaskId(what)])
            case "model":
                endpoint, __, model = what.partition("/")
                m.composer.chooser.choose((endpoint, model))
                window.composer_pane.focus_prompt()
            case "preset":
                found = next((preset for preset in m.composer.presets.all if preset.name == what), None)
                if found is not None:
                    m.composer.presets.take(found)
            case "place":
                window.workspace.pages.choose(what)
            case "setting" if offer.sets is not None:
                m.activity.act(*self._model.set_value(offer))
            case "setting":
                window.open_room("preferences", what)
            case "meaning":
                window.open_room("help", what)

    def _closed(self) -> None:
        self.panel = None
        self._model.close()
        if self._before is not None and isValid(self._before) and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
        self._before = None


def _of_rooms(desk: Desk) -> list[Offer]:
    return [offer for room in desk.rooms.values() if room.offers is not None for offer in room.offers(desk.cases)]


def _title(rows: list[Row]) -> str:
    return ngettext("{n} selected task", "{n} selected tasks", len(rows)) if rows else ""


class PalettePanel(QWidget):
    taken = Signal(object, bool)
    """The selected Offer, and whether the palette stays open."""
    closed = Signal()

    def __init__(
        self, model: PaletteModel, title: str, theme: Theme, keys: Keys, posters: PosterCache, window: QWidget
    ) -> None:
        """`title` names the selection, for its heading."""
        super().__init__(window)
        self._model = model
        self._theme = theme
        self._keys = keys
        heard = frozenset(command for command, given in keys.given(window).items() if given.is_heard)
        self._is_chosen = False
        """Whether the person moved the selection, so that it is kept when results change."""
        self.setAccessibleName(_("Commands"))
        self._build(title, posters, heard)
        model.changed.connect(self._show)
        posters.ready.connect(self._repaint)
        window.installEventFilter(self)
        self.setGeometry(window.rect())
        self._place()
        FollowsTheme(theme, self, self._restyle)

    def open(self) -> None:
        self.show()
        self.raise_()
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)
        self._show()

    def close_panel(self) -> None:
        """Hides and deletes it; its host restores the focus on `closed`."""
        self.window().removeEventFilter(self)
        self.hide()
        self.closed.emit()
        self.deleteLater()

    @property
    def current(self) -> Offer | None:
        return self._lines.offer(self._list.currentIndex().row())

    def _build(self, title: str, posters: PosterCache, heard: Container[Command[Any]]) -> None:
        self._box = QFrame(self)
        self._box.setProperty("card", True)
        self._sign = words(self._box, wrap=False)
        self.line = QLineEdit(self._box, placeholderText=_("Search commands, tasks, models, settings"))
        self.line.setAccessibleName(_("Search commands, tasks, models, presets, projects, settings and help"))
        self.line.setFrame(False)
        self.line.setStyleSheet("border: none; background: transparent;")
        self.line.textChanged.connect(self._model.search)
        self.line.installEventFilter(self)
        self._selected = words(self._box, tone="muted", wrap=False)
        self._lines = Lines(self._keys, heard, self)
        self._list = QListView(self._box)
        self._list.setModel(self._lines)
        self._list.setItemDelegate(LineDelegate(self._theme, posters, self._lines, self._list))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setMouseTracking(True)
        self._list.setAccessibleName(_("Results"))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self._list.clicked.connect(lambda index: self._take(index.row(), keeps_open=False))
        self._nothing = words(self._box, tone="muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.hide()
        margins = (2 * GRID, GRID, 2 * GRID, GRID)
        own_key = KeyCap(self._box, self._keys.words(PALETTE))
        own_key.setVisible(bool(own_key.text()))
        self._foot = self._build_foot()
        top = hbox(self._sign, (self.line, 1), self._selected, own_key, margins=margins)
        vbox(
            top,
            line(self._box),
            (self._list, 1),
            (self._nothing, 1),
            line(self._box),
            self._foot,
            on=self._box,
            spacing=0,
            margins=(1, 1, 1, 1),
        )
        self._lines.title = title
        self._selected.setText(title)

    def _build_foot(self) -> QWidget:
        foot = QWidget(self._box)
        foot.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        flow = FlowLayout(foot, gap=2 * GRID)
        self._does = words(foot, tone="muted", wrap=False)
        self._does.setMinimumWidth(0)
        for caps, said in (
            (("↑", "↓"), words(foot, pgettext("key", "Select"), "muted", wrap=False)),
            (("↵",), self._does),
            ((pgettext("key", "Ctrl+↵"),), words(foot, _("Run, keep open"), "muted", wrap=False)),
            (("Tab",), words(foot, _("Next section"), "muted", wrap=False)),
            (("Esc",), words(foot, _("Close"), "muted", wrap=False)),
        ):
            hint = QWidget(foot)
            hbox(*(KeyCap(hint, cap) for cap in caps), said, on=hint)
            flow.addWidget(hint)
        return foot

    def _restyle(self) -> None:
        self._sign.setPixmap(self._theme.icon("mdi6.magnify", Role.MUTED).pixmap(20, 20))
        small = self._theme.small_font()
        for label in self._box.findChildren(QLabel):
            label.setFont(small)
        self._repaint()

    def _repaint(self) -> None:
        self._list.viewport().update()

    def _place(self) -> None:
        window = self.size()
        # Wide enough for all hints below, also in a language of long words.
        hints = self._foot.sizeHint().width() - self._does.sizeHint().width() + LONGEST_ACT
        width = min(max(WIDTH, hints), window.width() - 4 * GRID)
        most = min(86 * GRID, window.height() - 8 * GRID)
        top = max(2 * GRID, min(11 * GRID, (window.height() - most) // 2))
        # Height follows the content; the top edge does not move while typing.
        content = sum(self._list.sizeHintForRow(row) for row in range(self._lines.rowCount())) or 12 * GRID
        around = self._box.sizeHint().height() - self._list.sizeHint().height()
        height = min(most, content + 2 * GRID + (around if self._list.isVisibleTo(self) else 14 * GRID))
        self._box.setGeometry((window.width() - width) // 2, top, width, height)

    def _show(self) -> None:
        arranged = self._model.arranged
        before = self.current.id if self.current is not None and self._is_chosen else ""
        self._lines.show_all(arranged)
        row = self._lines.row_of(before) if before else -1
        self._select(row if row >= 0 else self._lines.row_of(arranged.best), by_hand=row >= 0)
        self._list.setVisible(bool(arranged.groups))
        self._nothing.setText(_("No results for “{words}”", words=self.line.text().strip()))
        self._nothing.setVisible(not arranged.groups)
        self._place()

    def _select(self, row: int, *, by_hand: bool = True) -> None:
        """Selects a row. `by_hand`: it stays selected when results change."""
        self._is_chosen = by_hand
        index = self._lines.index(max(0, row))
        self._list.setCurrentIndex(index if row >= 0 else self._lines.index(-1))
        if row >= 0:
            # Scroll to the heading directly above too.
            self._list.scrollTo(self._lines.index(max(0, row - 1)))
            self._list.scrollTo(index)
        offer = self.current
        metrics = self._does.fontMetrics()
        says = "" if offer is None else _("Show reason") if offer.reason else offer.act
        self._does.setText(metrics.elidedText(says, Qt.TextElideMode.ElideRight, LONGEST_ACT))
        if offer is not None:
            announce(self.line, self._lines.spoken(offer))

    def _take(self, row: int, *, keeps_open: bool) -> None:
        offer = self._lines.offer(row)
        if offer is None:
            return
        if offer.reason:
            # The reason is already visible in the row; announce it for screen readers.
            announce(self.line, offer.reason, urgent=True)
            return
        self.taken.emit(offer, keeps_open)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keeps all keys from the window below."""
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._box.geometry().contains(event.position().toPoint()):
            self.close_panel()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), _SHADE)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self.parentWidget():
            self.setGeometry(self.parentWidget().rect())
            self._place()
        if watched is self.line and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride:
                # Keeps the window's shortcuts from firing.
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                return self._key(event)
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        row = self._list.currentIndex().row()
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        match event.key():
            case Qt.Key.Key_Escape:
                self.close_panel()
            case Qt.Key.Key_Up | Qt.Key.Key_Down:
                self._select(self._lines.next_offer(row, _STEPS[Qt.Key(event.key())]))
            case Qt.Key.Key_PageUp | Qt.Key.Key_PageDown:
                step = 1 if event.key() == Qt.Key.Key_PageDown else -1
                for _ in range(_PAGE):
                    row = self._lines.next_offer(row, step)
                self._select(row)
            case Qt.Key.Key_Tab | Qt.Key.Key_Backtab:
                self._select(self._lines.next_section(row, 1 if event.key() == Qt.Key.Key_Tab else -1))
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._take(row, keeps_open=control)
            case _:
                if self._is_own_key(event):
                    self.close_panel()
                    return True
                return False
        return True

    def _is_own_key(self, event: QKeyEvent) -> bool:
        """Whether the key is the one that opens the palette, which also closes it."""
        return QKeySequence(event.keyCombination()) in self._keys.of(PALETTE)
