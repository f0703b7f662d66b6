"""Factories for buttons, layouts, dialogs, popups and menus. GUI thread only.

Layout functions accept widgets and layouts, an int as a gap in pixels, `STRETCH` for a stretch, and pairs of item and
stretch, or widget and alignment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QEvent, QItemSelectionModel, QObject, QPoint, QSize, Qt, QTimer, SignalInstance
from PySide6.QtGui import QAction, QContextMenuEvent, QIcon, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QBoxLayout,
    QButtonGroup,
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLayout,
    QLineEdit,
    QMenu,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from runway_desktop.texts import Text, _
from runway_desktop.usecases.words import plain

from .theme import GRID

Kind = TypeVar("Kind", bound=QBoxLayout)
Value = TypeVar("Value")

if TYPE_CHECKING:
    _Button = QAbstractButton
else:
    _Button = object

STRETCH = None
_KEYPAD = Qt.KeyboardModifier.KeypadModifier
_VIEWPORT = "qt_scrollarea_viewport"
_FRAME = QSize(2 * GRID, 6 * GRID)
"""Assumed size of window frame and system bars, where the system reports none."""
Pair = tuple[QWidget | QLayout | None, int] | tuple[QWidget, Qt.AlignmentFlag]
Item = QWidget | QLayout | int | Pair | None
Margins = int | tuple[int, int, int, int]
Does = Callable[..., object] | SignalInstance


def push_button(
    parent: QWidget | None,
    text: str,
    does: Does | None = None,
    *,
    kind: str = "",
    tip: str = "",
    spoken: str = "",
    default: bool = False,
    checkable: bool = False,
) -> QPushButton:
    """Return presses only the default button of a window, or the focused one. `kind` is the style sheet's; `spoken` is
    the accessible name if the text is not enough."""
    made = PushButton(text, parent)
    made.setAutoDefault(False)
    if default:
        made.setDefault(True)
    _shape_button(made, does, kind, tip, spoken, checkable)
    return made


def tool_button(
    parent: QWidget,
    does: Does | None = None,
    *,
    icon: QIcon | None = None,
    side: int = 0,
    kind: str = "",
    tip: str = "",
    spoken: str = "",
    checkable: bool = False,
) -> QToolButton:
    """A button with an icon. `side` is the icon's in pixels; 0 for the style's default."""
    made = ToolButton(parent)
    if icon is not None:
        made.setIcon(icon)
    if side:
        made.setIconSize(QSize(side, side))
    _shape_button(made, does, kind, tip, spoken, checkable)
    return made


def choices(
    parent: QWidget,
    options: Iterable[tuple[Value, str]],
    chosen: Callable[[Value], object],
    *,
    pills: bool = False,
    spoken: Text | str = "{}",
) -> dict[Value, QAbstractButton]:
    """Radio buttons or pills by value. `chosen` is called with the value of the checked one. `spoken` is the accessible
    name, with the text as its value `choice`."""
    group = QButtonGroup(parent)
    made: dict[Value, QAbstractButton] = {}
    for value, text in options:
        button = push_button(parent, text, kind="pill", checkable=True) if pills else QRadioButton(text, parent)
        button.setAccessibleName(spoken.format(text) if isinstance(spoken, str) else str(spoken.with_(choice=text)))
        button.toggled.connect(lambda on, value=value: chosen(value) if on else None)
        group.addButton(button)
        made[value] = button
    return made


def line_edit(parent: QWidget, spoken: str, *, hint: str = "", clear: bool = False) -> QLineEdit:
    """`spoken` is the accessible name; `clear` adds a clear button."""
    made = QLineEdit(parent, placeholderText=hint, clearButtonEnabled=clear)
    made.setAccessibleName(spoken)
    return made


def progress_bar(parent: QWidget, spoken: str = "") -> QProgressBar:
    made = QProgressBar(parent, textVisible=False)
    made.setAccessibleName(spoken or _("Progress"))
    return made


def show_share(bar: QProgressBar, part: float, whole: float) -> None:
    """Shows a share in a progress bar; hidden if `whole` is 0."""
    bar.setVisible(whole > 0)
    bar.setValue(min(100, round(100 * part / whole)) if whole > 0 else 0)


def line(parent: QWidget | None = None) -> QFrame:
    """A thin horizontal line."""
    made = QFrame(parent)
    made.setProperty("line", True)
    made.setFixedHeight(1)
    return made


def scroll_area(parent: QWidget, content: QWidget | None = None) -> QScrollArea:
    """Without a frame and outside of the tab order: only its content takes the focus. None: it is set later."""
    made = QScrollArea(parent, widgetResizable=True)
    made.setFrameShape(QFrame.Shape.NoFrame)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    if content is not None:
        made.setWidget(content)
    return made


def make_plain(table: QTableView, spoken: str, *, several: bool = True) -> None:
    """Makes a read-only table of selectable rows: no grid, no frame, flat header. Call after setting its model."""
    table.setAccessibleName(spoken)
    table.setFrameShape(QFrame.Shape.NoFrame)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    modes = QAbstractItemView.SelectionMode
    table.setSelectionMode(modes.ExtendedSelection if several else modes.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.verticalHeader().hide()
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setSectionsClickable(False)
    header.setTextElideMode(Qt.TextElideMode.ElideRight)


def timer(parent: QObject, milliseconds: int, then: Callable[[], object], *, repeats: bool = False) -> QTimer:
    """Creates a timer without starting it."""
    made = QTimer(parent, singleShot=not repeats, interval=milliseconds)
    made.timeout.connect(then)
    return made


def in_turns(parent: QObject, *steps: Callable[[], object]) -> None:
    """Runs each step in a separate pass of the event loop, while `parent` exists. Uses a timer, which runs after input
    and painting; posted events and `singleShot(0)` would all run in one pass."""
    left = list(steps)

    def go() -> None:
        step = left.pop(0)
        if left:
            turns.start()
        step()

    turns = timer(parent, 0, go)
    turns.start()


def hbox(*items: Item, on: QWidget | None = None, spacing: int = GRID, margins: Margins = 0) -> QHBoxLayout:
    """Horizontal layout of the items, set on `on` if given."""
    made = QHBoxLayout(on) if on is not None else QHBoxLayout()
    _shape(made, spacing, margins)
    return add_all(made, *items)


def vbox(*items: Item, on: QWidget | None = None, spacing: int = GRID, margins: Margins = 0) -> QVBoxLayout:
    """Vertical layout of the items, set on `on` if given."""
    made = QVBoxLayout(on) if on is not None else QVBoxLayout()
    _shape(made, spacing, margins)
    return add_all(made, *items)


def grid(
    *, on: QWidget | None = None, across: int = 2 * GRID, down: int = -1, margins: Margins = 0, wide: int | None = None
) -> QGridLayout:
    """Grid layout, set on `on` if given. `across` and `down` are the gaps in pixels, -1 for the style's; column `wide`
    takes the space that is left."""
    made = QGridLayout(on) if on is not None else QGridLayout()
    made.setHorizontalSpacing(across)
    made.setVerticalSpacing(down)
    _set_margins(made, margins)
    if wide is not None:
        made.setColumnStretch(wide, 1)
    return made


def add_row(layout: QGridLayout, row: int, *cells: QWidget | tuple[QWidget, Qt.AlignmentFlag]) -> None:
    """Adds widgets to a row of a grid, from its first column on; in a pair, with an alignment."""
    for column, cell in enumerate(cells):
        if isinstance(cell, QWidget):
            layout.addWidget(cell, row, column)
        else:
            layout.addWidget(cell[0], row, column, cell[1])


def add_all(layout: Kind, *items: Item) -> Kind:
    for item in items:
        match item:
            case None:
                layout.addStretch()
            case int():
                layout.addSpacing(item)
            case QWidget():
                layout.addWidget(item)
            case QLayout():
                layout.addLayout(item)
            case (None, int(stretch)):
                layout.addStretch(stretch)
            case (QWidget() as widget, Qt.AlignmentFlag() as side):
                layout.addWidget(widget, 0, side)
            case (QWidget() as widget, int(stretch)):
                layout.addWidget(widget, stretch)
            case (QLayout() as inner, int(stretch)):
                layout.addLayout(inner, stretch)
    return layout


def clear_layout(layout: QLayout) -> None:
    """Removes and deletes all widgets of a layout."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()


class SearchKeys(QObject):
    """Event filter of a search line: arrow and page keys move in the list below, Return calls `taken`."""

    def __init__(self, line: QLineEdit, below: QAbstractItemView, taken: Callable[[], object]) -> None:
        super().__init__(line)
        self._below = below
        self._taken = taken
        line.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        match event.key():
            case Qt.Key.Key_Up | Qt.Key.Key_Down | Qt.Key.Key_PageUp | Qt.Key.Key_PageDown:
                self._below.keyPressEvent(event)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._taken()
            case _:
                return False
        return True


class Dialog(QDialog):
    """Base class of dialogs, deleted on close. `spoken` is the accessible name if the title is not enough."""

    def __init__(self, title: str, parent: QWidget | None, *, spoken: str = "") -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setAccessibleName(spoken or title)


def open_at(window: QWidget, wanted: QSize) -> None:
    """Resizes the window, limited to its screen, so that its buttons stay reachable."""
    beside = window.parentWidget() or window
    room = beside.screen().availableGeometry().size() - _FRAME
    window.resize(wanted.boundedTo(room.expandedTo(window.minimumSize())))


def fit(window: QDialog) -> None:
    """Fits the height to the content at the current width. Call after the content changed."""
    layout = window.layout()
    layout.activate()
    width = max(window.width(), window.minimumWidth())
    height = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
    most = window.parentWidget().window().height() if window.parentWidget() is not None else height
    room = window.screen().availableGeometry()
    window.resize(width, max(window.minimumHeight(), min(height, most, room.height())))
    below = window.geometry().bottom() - room.bottom()
    if window.isVisible() and below > 0:
        # Move up: growth at the bottom would put the buttons off the screen.
        window.move(window.x(), max(room.top(), window.y() - below))


def passing_menu(parent: QWidget) -> QMenu:
    """A menu that is deleted on close."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return menu


def add_check(menu: QMenu, text: str, does: Callable[[], object], *, checked: bool) -> QAction:
    """Adds a checkable entry."""
    action = menu.addAction(text, does)
    action.setCheckable(True)
    action.setChecked(checked)
    return action


def open_below(menu: QMenu, button: QWidget) -> None:
    left = button.width() - menu.sizeHint().width() if button.isRightToLeft() else 0
    menu.popup(button.mapToGlobal(QPoint(left, button.height() + 2)))


class _ByReturn(_Button):
    """Return presses the focused button, as Space does."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or event.modifiers() & ~_KEYPAD:
            super().keyPressEvent(event)
        elif not event.isAutoRepeat():
            self.click()


class PushButton(_ByReturn, QPushButton):
    pass


class ToolButton(_ByReturn, QToolButton):
    pass


def _shape(layout: QBoxLayout, spacing: int, margins: Margins) -> None:
    layout.setSpacing(spacing)
    _set_margins(layout, margins)


def _set_margins(layout: QLayout, margins: Margins) -> None:
    layout.setContentsMargins(*(margins if isinstance(margins, tuple) else (margins,) * 4))


def _shape_button(made: QAbstractButton, does: Does | None, kind: str, tip: str, spoken: str, checkable: bool) -> None:
    if checkable:
        made.setCheckable(True)
    if kind:
        made.setProperty("kind", kind)
    if tip:
        made.setToolTip(plain.tip(tip))
    if spoken:
        made.setAccessibleName(spoken)
    if does is not None:
        made.clicked.connect(does)


class Popup(QFrame):
    """Popup over its parent, closed by a click outside and deleted on close. Qt passes a popup's keys on to the windows
    of its parents as shortcuts; keys without modifiers stay here, such as Escape and letters."""

    def __init__(self, title: str, parent: QWidget) -> None:
        """`title` is the accessible name."""
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setProperty("pane", "raised")
        self.setAccessibleName(title)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and self._keeps(event):
            event.accept()
            return True
        return super().event(event)

    def _keeps(self, event: QKeyEvent) -> bool:
        return not event.modifiers() & ~(_KEYPAD | Qt.KeyboardModifier.ShiftModifier)

    def show_at(self, at: QPoint, beside: QWidget) -> None:
        """Shows it at a global position, moved if necessary to fit on the screen of `beside`."""
        screen = beside.screen().availableGeometry()
        at.setX(max(screen.left(), min(at.x(), screen.right() - self.width())))
        at.setY(max(screen.top(), min(at.y(), screen.bottom() - self.height())))
        self.move(at)
        self.show()

    def show_beside(self, widget: QWidget, gap: int = 2, *, above: bool = True) -> None:
        """Shows it above or below the widget; on the other side if it does not fit on the screen."""
        screen = widget.screen().availableGeometry()
        over = widget.mapToGlobal(QPoint(0, -self.height() - gap))
        under = widget.mapToGlobal(QPoint(0, widget.height() + gap))
        is_over = over.y() >= screen.top() if above else under.y() + self.height() > screen.bottom()
        self.show_at(over if is_over else under, widget)


class KeyPopup(Popup):
    """Popup that keeps all keys."""

    def _keeps(self, event: QKeyEvent) -> bool:
        return True


def viewport_of(area: QAbstractScrollArea) -> QWidget:
    """Returns `area.viewport()`, faster at start. Call it in the constructor, before any other access.

    PySide determines the class of a widget created by Qt by creating the Python classes of all widget kinds at the
    first one: 10 ms before the first paint. A widget found by name and type gets that type directly, and keeps its
    wrapper.
    """
    named = area.findChild(QWidget, _VIEWPORT, Qt.FindChildOption.FindDirectChildrenOnly)
    return named if isinstance(named, QWidget) else area.viewport()


def is_by_key(event: QContextMenuEvent) -> bool:
    return event.reason() is QContextMenuEvent.Reason.Keyboard


def menu_point(view: QAbstractItemView, event: QContextMenuEvent) -> QPoint:
    """Global position for a context menu. By key, the center of the current item's visible part; selects the item if
    nothing is selected."""
    if not is_by_key(event):
        return event.globalPos()
    current, chosen = view.currentIndex(), view.selectionModel()
    if current.isValid() and not chosen.hasSelection():
        whole_rows = QItemSelectionModel.SelectionFlag.Rows
        chosen.select(current, QItemSelectionModel.SelectionFlag.Select | whole_rows)
    seen = view.viewport().rect()
    item = view.visualRect(current).intersected(seen) if current.isValid() else seen
    return view.viewport().mapToGlobal((seen if item.isEmpty() else item).center())
