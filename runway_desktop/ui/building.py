"""How widgets are put together: buttons, rows and columns, windows with a title, popups, menus and where they open.
GUI thread only.

A layout takes widgets and layouts, an int as a gap in pixels, `STRETCH` for the room that is left, and a pair of item
and stretch, or of widget and alignment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

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

from runway_desktop.usecases.words import plain

from .theme import GRID

Kind = TypeVar("Kind", bound=QBoxLayout)
Value = TypeVar("Value")

STRETCH = None
_VIEWPORT = "qt_scrollarea_viewport"
_FRAME = QSize(2 * GRID, 6 * GRID)
"""What the system's frame and bars take of a screen where nobody says how much."""
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
    """Return presses the default button of a window, and no other one than that which has the focus. `kind` is that of
    the style sheet, `spoken` the name for screen readers where the text does not do."""
    made = QPushButton(text, parent)
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
    """A button that is an icon. `side` is that of the icon in pixels, 0 for the style's own."""
    made = QToolButton(parent)
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
    spoken: str = "{}",
) -> dict[Value, QAbstractButton]:
    """Radio buttons or pills, by what each stands for. `chosen` is called with what the checked one stands for."""
    group = QButtonGroup(parent)
    made: dict[Value, QAbstractButton] = {}
    for value, text in options:
        button = push_button(parent, text, kind="pill", checkable=True) if pills else QRadioButton(text, parent)
        button.setAccessibleName(spoken.format(text))
        button.toggled.connect(lambda on, value=value: chosen(value) if on else None)
        group.addButton(button)
        made[value] = button
    return made


def line_edit(parent: QWidget, spoken: str, *, hint: str = "", clear: bool = False) -> QLineEdit:
    """`spoken` is its name for screen readers; `clear` adds the button that empties it."""
    made = QLineEdit(parent, placeholderText=hint, clearButtonEnabled=clear)
    made.setAccessibleName(spoken)
    return made


def progress_bar(parent: QWidget, spoken: str = "Progress") -> QProgressBar:
    made = QProgressBar(parent, textVisible=False)
    made.setAccessibleName(spoken)
    return made


def show_share(bar: QProgressBar, part: float, whole: float) -> None:
    """How much of a whole; hidden where there is none."""
    bar.setVisible(whole > 0)
    bar.setValue(min(100, round(100 * part / whole)) if whole > 0 else 0)


def line(parent: QWidget | None = None) -> QFrame:
    """A thin line across."""
    made = QFrame(parent)
    made.setProperty("line", True)
    made.setFixedHeight(1)
    return made


def scroll_area(parent: QWidget, content: QWidget) -> QScrollArea:
    """Without a frame and out of the way of Tab: what is inside has the focus."""
    made = QScrollArea(parent, widgetResizable=True)
    made.setFrameShape(QFrame.Shape.NoFrame)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    made.setWidget(content)
    return made


def make_plain(table: QTableView, spoken: str, *, several: bool = True) -> None:
    """A table of rows that are selected and read, not edited: no grid, no frame, a quiet header. After its model."""
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
    table.horizontalHeader().setHighlightSections(False)
    table.horizontalHeader().setSectionsClickable(False)


def timer(parent: QObject, milliseconds: int, then: Callable[[], object], *, repeats: bool = False) -> QTimer:
    """A timer that is not started yet."""
    made = QTimer(parent, singleShot=not repeats, interval=milliseconds)
    made.timeout.connect(then)
    return made


def in_turns(parent: QObject, *steps: Callable[[], object]) -> None:
    """Does each step in a turn of the event loop of its own, while `parent` is there. By a timer, which comes behind
    input and painting: what Qt posts, a `singleShot` of no length too, comes all at once."""
    left = list(steps)

    def go() -> None:
        step = left.pop(0)
        if left:
            turns.start()
        step()

    turns = timer(parent, 0, go)
    turns.start()


def hbox(*items: Item, on: QWidget | None = None, spacing: int = GRID, margins: Margins = 0) -> QHBoxLayout:
    """Items beside each other, as the layout of `on` if it is given."""
    made = QHBoxLayout(on) if on is not None else QHBoxLayout()
    _shape(made, spacing, margins)
    return add_all(made, *items)


def vbox(*items: Item, on: QWidget | None = None, spacing: int = GRID, margins: Margins = 0) -> QVBoxLayout:
    """Items below each other, as the layout of `on` if it is given."""
    made = QVBoxLayout(on) if on is not None else QVBoxLayout()
    _shape(made, spacing, margins)
    return add_all(made, *items)


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
    """Takes out and deletes all widgets of a layout."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()


class SearchKeys(QObject):
    """Keys of a search line that mean the list below it: arrows and pages move there, Return is `taken`."""

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
    """A window with a title, deleted when it is closed. `spoken` is its name for screen readers where the title does
    not do."""

    def __init__(self, title: str, parent: QWidget | None, *, spoken: str = "") -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setAccessibleName(spoken or title)


def open_at(window: QWidget, wanted: QSize) -> None:
    """Gives the window this size, or as much of it as its screen has room for, so that its buttons can be reached."""
    beside = window.parentWidget() or window
    room = beside.screen().availableGeometry().size() - _FRAME
    window.resize(wanted.boundedTo(room.expandedTo(window.minimumSize())))


def fit(window: QDialog) -> None:
    """Gives the window the height that its contents need at its width. Call when they have changed."""
    layout = window.layout()
    layout.activate()
    width = max(window.width(), window.minimumWidth())
    height = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
    most = window.parentWidget().window().height() if window.parentWidget() is not None else height
    room = window.screen().availableGeometry()
    window.resize(width, max(window.minimumHeight(), min(height, most, room.height())))
    below = window.geometry().bottom() - room.bottom()
    if window.isVisible() and below > 0:
        # It grew downwards, where its buttons would be out of reach.
        window.move(window.x(), max(room.top(), window.y() - below))


def passing_menu(parent: QWidget) -> QMenu:
    """A menu that is deleted once it is closed."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return menu


def add_check(menu: QMenu, text: str, does: Callable[[], object], *, checked: bool) -> QAction:
    """Adds an entry with a tick to the menu."""
    action = menu.addAction(text, does)
    action.setCheckable(True)
    action.setChecked(checked)
    return action


def open_below(menu: QMenu, button: QWidget) -> None:
    menu.popup(button.mapToGlobal(QPoint(0, button.height() + 2)))


def _shape(layout: QBoxLayout, spacing: int, margins: Margins) -> None:
    layout.setSpacing(spacing)
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
    """A small window over the one it belongs to: a click elsewhere closes it, and it is deleted when it is closed."""

    def __init__(self, title: str, parent: QWidget) -> None:
        """`title` is its name for screen readers."""
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setProperty("pane", "raised")
        self.setAccessibleName(title)

    def show_at(self, at: QPoint, beside: QWidget) -> None:
        """Shows it at a global position, or as near to it as keeps it whole on the screen of `beside`."""
        screen = beside.screen().availableGeometry()
        at.setX(max(screen.left(), min(at.x(), screen.right() - self.width())))
        at.setY(max(screen.top(), min(at.y(), screen.bottom() - self.height())))
        self.move(at)
        self.show()

    def show_beside(self, widget: QWidget, gap: int = 2, *, above: bool = True) -> None:
        """Shows it above the widget, or below it; on the other side where there is no room on the screen."""
        screen = widget.screen().availableGeometry()
        over = widget.mapToGlobal(QPoint(0, -self.height() - gap))
        under = widget.mapToGlobal(QPoint(0, widget.height() + gap))
        is_over = over.y() >= screen.top() if above else under.y() + self.height() > screen.bottom()
        self.show_at(over if is_over else under, widget)


def viewport_of(area: QAbstractScrollArea) -> QWidget:
    """As `area.viewport()`, which is quick afterwards. To be asked in the constructor, before anything else asks.

    PySide does not know a widget that Qt itself made. At the first one that is asked for it makes the Python classes of
    all kinds of widgets, to see which of them it is: ten milliseconds before the window is there. A widget that is
    looked for by its name is just what it is looked for as, and known from then on."""
    named = area.findChild(QWidget, _VIEWPORT, Qt.FindChildOption.FindDirectChildrenOnly)
    return named if isinstance(named, QWidget) else area.viewport()


def is_by_key(event: QContextMenuEvent) -> bool:
    return event.reason() is QContextMenuEvent.Reason.Keyboard


def menu_place(view: QAbstractItemView, event: QContextMenuEvent) -> QPoint:
    """Global. By key it is the middle of what is in sight of the keyboard's item, which is chosen where nothing is."""
    if not is_by_key(event):
        return event.globalPos()
    current, chosen = view.currentIndex(), view.selectionModel()
    if current.isValid() and not chosen.hasSelection():
        whole_rows = QItemSelectionModel.SelectionFlag.Rows
        chosen.select(current, QItemSelectionModel.SelectionFlag.Select | whole_rows)
    seen = view.viewport().rect()
    item = view.visualRect(current).intersected(seen) if current.isValid() else seen
    return view.viewport().mapToGlobal((seen if item.isEmpty() else item).center())
