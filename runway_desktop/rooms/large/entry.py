"""Entry point of the large view: one task's result as an overlay over the window's panes, playing, with takes below and
details at the side.

The list's selection follows the viewed task; a former multiple selection is restored if that task is still the same. It
borrows the window's preview, so nothing is reloaded. Its shortcuts work while it contains the focus, except keys that a
focused button or slider uses. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QWidget

from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Pick, TaskId
from runway_desktop.texts import _
from runway_desktop.ui.activity.pill import Pill
from runway_desktop.ui.building import (
    STRETCH,
    hbox,
    in_turns,
    line,
    open_below,
    passing_menu,
    push_button,
    tool_button,
    vbox,
)
from runway_desktop.ui.commands.keys import Keys
from runway_desktop.ui.confirm import ask_text
from runway_desktop.ui.desk import Desk
from runway_desktop.ui.labels import announce, words
from runway_desktop.ui.media import commands as playing
from runway_desktop.ui.media.commands import FULL_SCREEN
from runway_desktop.ui.media.preview import Preview
from runway_desktop.ui.media.stills import png_of
from runway_desktop.ui.media.workers import Workers
from runway_desktop.ui.room import SideBySide
from runway_desktop.ui.tasks import commands as judging
from runway_desktop.ui.tasks.commands import COMPARE_SO_MANY, COMPARE_TAKES
from runway_desktop.ui.tasks.posters import PosterCache
from runway_desktop.ui.theme import GRID, FollowsTheme, Role, Theme
from runway_desktop.ui.window.workspace import Overlay
from runway_desktop.usecases.commands.command import Scope
from runway_desktop.usecases.commands.handing_on import ADD_TO_CAST, CAST_PROMPT
from runway_desktop.usecases.commands.results import SHOW_FILE
from runway_desktop.usecases.listing.takes import Shot
from runway_desktop.usecases.words.plain import caption, tip
from runway_desktop.viewmodels.activity.activity import Activity
from runway_desktop.viewmodels.tasks.details import DetailsModel

from .model import LargeViewModel
from .room import CLOSE, COMMANDS, DETAILS
from .side import SidePane, name_with_key
from .take_strip import TakeStrip

_PRESSES = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Left, Qt.Key.Key_Right)
_SLIDES = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End)
_NARROW = 130 * GRID
"""Below this width the details are hidden unless requested."""


def open_room(desk: Desk, wish: TaskId | None) -> None:
    """`wish`: a task of the list; None for the current one."""
    wanted = wish or desk.window.view.current_id()
    if wanted is None or desk.window.workspace.overlay is not None:
        return
    room = desk.window.findChild(LargeViewRoom)
    if room is not None:
        room.enter(wanted)
    else:
        room = LargeViewRoom(desk)
        in_turns(room, room.make, partial(room.enter, wanted))


class LargeViewRoom(QObject):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._desk = desk
        self._window = desk.window
        self._work = desk.window.workspace
        models = desk.models
        self.model = LargeViewModel(models.rows, models.bridge, models.task_commands.judging, self)
        self.model.compare_wanted.connect(lambda ids: desk.open("compare", SideBySide(ids)))
        models.task_commands.back_wanted.connect(self.model.go_back_to)
        self._workers = Workers(self, threads=1)
        desk.endings.append(self._workers.shutdown)
        self.view: LargeView | None = None
        self._selected_before: list[TaskId] = []
        self._opened_at: TaskId | None = None

    def make(self) -> None:
        desk, work, model = self._desk, self._work, self.model
        details, activity = desk.models.details, desk.models.activity
        self.view = view = LargeView(model, details, activity, desk.theme, desk.keys, work.posters, work)
        model.moved.connect(lambda task_id: work.view.select([task_id]))
        model.changed.connect(lambda: work.status.say_takes(model.judged_words()))
        view.left.connect(self._left)
        view.full_screen_wanted.connect(self._toggle_full_screen)
        view.frame_menu_wanted.connect(self._offer_frame)
        view.side.use_as_input_wanted.connect(work.details.use_as_input_menu)
        view.side.show_file_wanted.connect(partial(self._window.task_menu.take, SHOW_FILE))

    def enter(self, wanted: TaskId) -> None:
        work, preview, view = self._work, self._window.preview, self.view
        if preview is None or view is None or work.overlay is not None:
            return
        self._selected_before, self._opened_at = work.view.selected_ids(), wanted
        self.model.came_from = self._desk.models.filter.title
        self.model.open(wanted)
        work.show_large(view)
        self._window.pages.choice_moved()
        view.show()
        view.enter(preview, lambda: self._work.preview_room.layout().addWidget(preview))

    def _left(self) -> None:
        window, work = self._window, self._work
        looked_at = self.model.current
        self.model.close()
        work.status.say_takes("")
        if self.view is not None:
            self.view.hide()
        work.show_large(None)
        window.pages.choice_moved()
        if window.isFullScreen():
            window.showNormal()
        if looked_at == self._opened_at and len(self._selected_before) > 1:
            work.view.select(self._selected_before, scroll=False)
        # Opened from a view of a project, it leads back there.
        back = work.page.center if work.page is not None else work.views
        back.setFocus(Qt.FocusReason.OtherFocusReason)

    def _offer_frame(self, button: QWidget) -> None:
        """Pauses, and offers the uses of the visible frame."""
        preview, use = self._window.preview, self._desk.models.task_commands.use_as_input
        if preview is None or preview.shown_path is None:
            return
        self._window.pause_preview()
        frame = partial(png_of, preview.shown_frame())
        menu = passing_menu(self._work)
        for way in use.ways(Media.IMAGE):
            keep = partial(use.keep_frame, preview.shown_path, preview.playback.position, way)
            menu.addAction(way.text, partial(self._workers.run, frame, keep))
        into_cast = partial(self._ask_member, frame, preview.shown_path, preview.playback.position)
        menu.addAction(str(ADD_TO_CAST.words), into_cast)
        open_below(menu, button)

    def _ask_member(self, frame: Callable[[], bytes], clip: Path, seconds: float) -> None:
        """Asks whose picture the frame is."""
        put = self._desk.models.task_commands.use_as_input.put_into_cast
        ask_text(
            self._window,
            str(CAST_PROMPT.title),
            str(CAST_PROMPT.words),
            "",
            lambda text: str(CAST_PROMPT.problem(text)),
            lambda name: self._workers.run(frame, partial(put, clip, seconds, name)),
            offers=self._desk.cases.cast.now.names,
        )

    def _toggle_full_screen(self) -> None:
        self._window.setWindowState(self._window.windowState() ^ Qt.WindowState.WindowFullScreen)


class LargeView(Overlay):
    left = Signal()
    """Back to the list."""
    full_screen_wanted = Signal()
    frame_menu_wanted = Signal(QWidget)
    """The button below which the uses of the visible frame are offered."""

    def __init__(
        self,
        model: LargeViewModel,
        details: DetailsModel,
        activity: Activity,
        theme: Theme,
        keys: Keys,
        posters: PosterCache,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.model = model
        self._theme = theme
        self._preview: Preview | None = None
        self._give_back: Callable[[], object] = lambda: None
        self._pane_wanted: bool | None = None
        """Whether the person wants the details; None: depends on the width."""
        self._told: TaskId | None = None
        """The task that was announced last."""
        self.setAccessibleName(_("Large view"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.header = Header(model, activity, theme, keys, self)
        self.side = SidePane(model, details, theme, keys, self)
        self.takes = TakeStrip(model, theme, posters, self)
        self._ground = QWidget(self)
        self._room = vbox(on=self._ground, margins=(2 * GRID, 2 * GRID, 2 * GRID, GRID))
        FollowsTheme(theme, self, self.update)
        middle = hbox((self._ground, 1), self.side, spacing=0)
        vbox(self.header, line(), (middle, 1), line(), self.takes, on=self, spacing=0)
        bound = ((COMMANDS, lambda: self), (playing.COMMANDS, lambda: self._preview), (judging.COMMANDS, lambda: model))
        keys.bind(self, Scope.LARGE, *bound, tell=activity.tell)
        self._connect()

    def enter(self, preview: Preview, give_back: Callable[[], object]) -> None:
        """Takes over the preview and plays it; `give_back` returns it."""
        self._preview, self._give_back = preview, give_back
        self._room.addWidget(preview)
        preview.show()
        preview.lend(True)
        preview.full_screen_asked.connect(self.full_screen_wanted)
        preview.frame_wanted.connect(self.frame_menu_wanted)
        self._fit_side()
        self._show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> None:
        preview, self._preview, self._told = self._preview, None, None
        if preview is not None:
            preview.full_screen_asked.disconnect(self.full_screen_wanted)
            preview.frame_wanted.disconnect(self.frame_menu_wanted)
            preview.lend(False)
            self._give_back()
            self.left.emit()

    def toggle_pane(self) -> None:
        self._pane_wanted = self.side.isHidden()
        self._fit_side()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and not event.modifiers():
            focus = self.window().focusWidget()
            is_press = isinstance(focus, QAbstractButton) and event.key() in _PRESSES
            is_slide = isinstance(focus, QAbstractSlider) and event.key() in _SLIDES
            if is_press or is_slide:
                event.accept()
                return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.color(Role.SURFACE))
        # Same color as behind the picture, so the letterbox has no edges.
        painter.fillRect(self._ground.geometry(), self._theme.color(Role.MEDIA))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_side()

    def _connect(self) -> None:
        model = self.model
        model.changed.connect(self._show)
        model.moved.connect(self._show)
        self.takes.chosen.connect(model.go_to)

    def _show(self, *_: object) -> None:
        if self._preview is not None:
            self.header.show_take()
            self.takes.show_takes()
            self._tell_take()

    def _tell_take(self) -> None:
        """The view has the focus, so its name is the take; going to another one is announced."""
        told = self.model.spoken()
        if not told:
            return
        self.setAccessibleName(_("Large view: {take}", take=told))
        if self._told != self.model.current:
            self._told = self.model.current
            announce(self, told)

    def _fit_side(self) -> None:
        wanted = self._pane_wanted if self._pane_wanted is not None else self.width() >= self._theme.wide(_NARROW)
        self.side.setVisible(wanted)
        self.header.show_pane(wanted)


class Header(QWidget):
    """Header: current take, activity pill, and the button back."""

    def __init__(self, model: LargeViewModel, activity: Activity, theme: Theme, keys: Keys, view: LargeView) -> None:
        super().__init__(view)
        self._model = model
        self._theme = theme
        self._keys = keys
        self.setProperty("pane", "bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._back = push_button(self, "", view.leave, kind="flat", spoken=CLOSE.name)
        self._where = words(self, tone="muted", wrap=False)
        self._take = words(self, wrap=False)
        self._dots = Dots(theme, self)
        self.pill = Pill(activity, theme, keys, self)
        self._before = tool_button(self, lambda: model.move_line(-1), side=18, kind="flat", spoken=_("Previous task"))
        self._position = words(self, tone="muted", wrap=False)
        self._next = tool_button(self, lambda: model.move_line(1), side=18, kind="flat", spoken=_("Next task"))
        self._compare = push_button(self, "", model.compare)
        self._pane = tool_button(self, view.toggle_pane, side=18, kind="flat", spoken=_("Details"), checkable=True)
        self._full = tool_button(self, view.full_screen_wanted, side=18, kind="flat", spoken=_("Full screen"))
        margins = (GRID, GRID, GRID + GRID // 2, GRID)
        left = (self._back, self._where, self._take, self._dots)
        right = (self._before, self._position, self._next, GRID, self._compare, self._pane, self._full)
        self._can_compare = False
        self._row = hbox(*left, STRETCH, self.pill, STRETCH, *right, on=self, margins=margins, spacing=GRID)
        for button in self.findChildren(QAbstractButton):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        keys.changed.connect(self._restyle)
        FollowsTheme(theme, self, self._restyle)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.pill.fit(self.width())
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def _fit(self) -> None:
        """Hides parts that do not fit, first those also visible elsewhere."""
        giving = (self._where, self._dots, self._position, self._compare)
        for part in giving:
            part.setVisible(part is not self._compare or self._can_compare)
        for part in giving:
            # A notice that makes the pill wider takes no button away.
            if self._row.sizeHint().width() - self.pill.sizeHint().width() + self.pill.minimumWidth() <= self.width():
                return
            part.hide()

    def show_pane(self, on: bool) -> None:
        self._pane.setChecked(on)
        self._pane.setIcon(self._theme.icon("mdi6.information-outline", Role.ACCENT if on else Role.MUTED))

    def show_take(self) -> None:
        model = self._model
        row, shot = model.row, model.shot
        if row is None or shot is None:
            return
        left = self._back.fontMetrics().elidedText(model.came_from, Qt.TextElideMode.ElideRight, 20 * GRID)
        self._back.setText(f"{caption(left)}  {self._keys.words(CLOSE)}")
        self._back.setToolTip(tip(model.came_from))
        project = row.task.project
        where = f"{project} · {shot.title}" if project else shot.title
        self._where.setText(self._where.fontMetrics().elidedText(where, Qt.TextElideMode.ElideRight, 28 * GRID))
        self._where.setToolTip(tip(where))
        self._take.setText(_("Take {number} of {count}", number=model.take, count=len(shot.rows)))
        self._dots.show_shot(shot, model.take)
        at, of = model.position()
        self._position.setText(_("{number} of {count}", number=at, count=of) if at else "")
        name_with_key(self._compare, str(COMPARE_SO_MANY.of(model.comparable)), self._keys.words(COMPARE_TAKES))
        self._can_compare = model.comparable > 1
        self._fit()

    def _restyle(self) -> None:
        theme, keys = self._theme, self._keys
        self._take.setFont(theme.strong_font())
        self._position.setFont(theme.tabular(self._position.font()))
        mirrored = self.isRightToLeft()
        before, after = "mdi6.chevron-left", "mdi6.chevron-right"
        self._back.setIcon(theme.icon("mdi6.arrow-right" if mirrored else "mdi6.arrow-left", Role.TEXT))
        self._before.setIcon(theme.icon(after if mirrored else before, Role.TEXT))
        self._next.setIcon(theme.icon(before if mirrored else after, Role.TEXT))
        self._compare.setIcon(theme.icon("mdi6.compare", Role.TEXT))
        self._pane.setToolTip(keys.tip(DETAILS))
        self._full.setIcon(theme.icon("mdi6.fullscreen", Role.TEXT))
        self._full.setToolTip(keys.tip(FULL_SCREEN))
        self.show_pane(self._pane.isChecked())
        self.show_take()


class Dots(QWidget):
    """Takes of a shot as short bars, colored by judgment; the current one is wider."""

    MOST = 12

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._bars: list[tuple[Role, bool]] = []

    def show_shot(self, shot: Shot, take: int) -> None:
        roles = {Pick.PICK: Role.GOOD, Pick.REJECT: Role.BAD}
        self._bars = [
            (
                Role.ACCENT
                if number == take
                else roles.get(row.task.pick, Role.MUTED if row.task.rating else Role.BORDER),
                number == take,
            )
            for number, row in enumerate(shot.rows[: self.MOST], start=1)
        ]
        self.setFixedWidth(sum(16 if wide else 8 for _, wide in self._bars) + 4 * len(self._bars))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self.width(), 2 * GRID)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        x = 0.0
        for role, wide in self._bars:
            width = 16 if wide else 8
            painter.setBrush(self._theme.color(role))
            painter.drawRoundedRect(QRectF(x, self.height() / 2 - 2, width, 4), 2, 2)
            x += width + 4
