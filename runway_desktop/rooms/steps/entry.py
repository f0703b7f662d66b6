"""Entry point of the steps: a view of a project in place of its list. GUI thread only."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFocusEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QStackedLayout, QWidget

from runway_desktop.domain.film.steps import Chain
from runway_desktop.domain.inputs import FrameAt
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import TaskId
from runway_desktop.texts import _
from runway_desktop.ui.building import STRETCH, add_check, hbox, line, open_below, passing_menu, push_button, vbox
from runway_desktop.ui.chooser.chooser_panel import ChooserPanel
from runway_desktop.ui.confirm import ask_text
from runway_desktop.ui.desk import Desk
from runway_desktop.ui.empty_picture import EmptyPicture
from runway_desktop.ui.labels import words
from runway_desktop.ui.media.stills import FrameGrabber
from runway_desktop.ui.room import PageContent
from runway_desktop.ui.tasks import commands as judging
from runway_desktop.ui.theme import GRID, FollowsTheme, Theme
from runway_desktop.usecases.commands.command import Scope
from runway_desktop.usecases.commands.requests import EDIT_AND_SEND, RETRY
from runway_desktop.usecases.commands.tasks import KEYED
from runway_desktop.usecases.words.plain import caption, tip

from .bill import BillPopup
from .board_view import BoardView
from .foot import NARROW, Foot
from .headers import BELOW, StepHeaders
from .model.cells import is_prompt_at_fault
from .model.model import StepsModel
from .room import ADVANCE, AGAIN, CONTINUE, LARGE

_LONGEST = 24 * GRID
"""Of a chain's name, in pixels."""
_OWN = (judging.PICK, judging.PICK_INSTEAD, judging.REJECT, *judging.RATE)


def open_room(desk: Desk, wish: str) -> None:
    """`wish`: the project."""
    page = desk.window.findChild(StepsPage) or StepsPage(desk)
    page.open(wish)


class StepsPage(QWidget):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._desk = desk
        self._window = window = desk.window
        judge = desk.models.task_commands.judging
        self.model = model = StepsModel(desk.cases, desk.models.bridge, desk.runner, judge, self)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.tools = Tools(model, desk)
        self.heads = StepHeaders(model, desk.theme)
        self.board = BoardView(model, desk.theme, window.workspace.posters, self.heads)
        self.foot = Foot(model, desk.theme, desk.keys, self)
        self._empty = EmptySteps(desk.theme, self)
        self._grabber: FrameGrabber | None = None
        self._work = QWidget(self)
        vbox((self.board, 1), line(self), self.foot, on=self._work, spacing=0)
        self._stack = QStackedLayout(self)
        for one in (self._work, self._empty):
            self._stack.addWidget(one)
        self._connect()
        self._bind()

    def open(self, project: str) -> None:
        self.model.open(project)
        page = PageContent(center=self, project=project, tools=self.tools, chosen=self.chosen_ids, left=self._left)
        self._window.pages.show("steps", page)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.tools.fit(is_narrow=self.width() < self._desk.theme.wide(NARROW))

    def _left(self) -> None:
        self.model.close()
        self._window.workspace.status.say_takes("")

    def chosen_ids(self) -> list[TaskId]:
        current = self.board.current_id()
        return [current] if current is not None else []

    def focusInEvent(self, event: QFocusEvent) -> None:
        (self.board if self._stack.currentWidget() is self._work else self._empty.make).setFocus(event.reason())

    @property
    def bill_shown(self) -> BillPopup | None:
        return next((one for one in self.findChildren(BillPopup) if one.isVisible()), None)

    def _connect(self) -> None:
        window, model = self._window, self.model
        model.changed.connect(self._show)
        model.bill_changed.connect(self._show_bill)
        model.undo_offered.connect(self._desk.models.activity.act)
        # Queued: it is emitted in coroutines, in which no player may be created.
        model.frame_wanted.connect(self._grab, Qt.ConnectionType.QueuedConnection)
        QApplication.instance().focusChanged.connect(self._focus_moved)
        self.board.opened.connect(partial(self._desk.open, "viewer"))
        self.board.menu_wanted.connect(self._open_menu)
        self.board.choice_moved.connect(window.pages.choice_moved)
        self.board.seen.connect(self._desk.models.posters.look)
        for part in (self.board, self.foot):
            part.fix_wanted.connect(self._fix)
        self._empty.make.clicked.connect(self._begin)

    def _bind(self) -> None:
        window, keys = self._window, self._desk.keys
        tell = self._desk.models.task_commands.tell
        keys.bind(self, Scope.VIEW, ((CONTINUE, AGAIN, LARGE, ADVANCE), lambda: self), tell=tell)
        keys.bind(self, Scope.LIST, (_OWN, lambda: self.model), tell=tell)
        others = [one for one in judging.COMMANDS if one not in _OWN]
        keys.bind(self, Scope.LIST, (others, lambda: window.judge), tell=tell)
        keys.bind(self, Scope.LIST, (KEYED, window.chosen_rows), give=lambda key, _on: window.task_menu.take(key))

    def _open_menu(self, at: QPoint) -> None:
        """The menu of the current take."""
        if (row := self.model.current_row) is not None:
            menu, reason = passing_menu(self), self.model.why_no_take
            menu.setToolTipsVisible(True)
            again = menu.addAction(str(AGAIN.words), self.model.prepare_take)
            again.setShortcuts(self._desk.keys.usual(AGAIN)[:1])
            again.setEnabled(not reason)
            again.setToolTip(tip(reason))
            menu.addSeparator()
            self._window.task_menu.fill(menu, [row])
            menu.popup(at)

    def _show(self) -> None:
        model = self.model
        has_board = model.board is not None and bool(model.board.rows and model.board.columns)
        self._stack.setCurrentWidget(self._work if has_board else self._empty)
        self._window.workspace.status.say_takes(model.words if has_board and self.isVisible() else "")
        if not has_board:
            self._empty.show_for(model.chain)
        self._put_in_order()

    def _put_in_order(self) -> None:
        """Tab goes from the bar through the heads to the board, and on to the foot."""
        stops = [*self.tools.stops, *self.heads.stops, self.board, *self.foot.stops]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)

    def _show_bill(self) -> None:
        if self.model.bill is not None and self.isVisible():
            BillPopup(self.model, self.model.bill, self).open_above(self.foot.go_on)

    def _begin(self) -> None:
        """Makes a chain, or puts its first step into the composer."""
        chain, composer = self.model.chain, self._desk.models.composer
        if chain is None:
            self.model.make_chain()
        elif not chain.steps:
            self.tools.open_ways()
        else:
            step, project = chain.steps[0], self.model.project
            self._window.begin_request()
            composer.set_project(project)
            composer.choose(step.endpoint, step.model)
            for name, value in step.values.items():
                composer.set_value(name, value)

    def _grab(self, clip: Path, out: float | None) -> None:
        if self._grabber is None:
            self._grabber = FrameGrabber(self)
            self._grabber.grabbed.connect(self.model.frame_came)
            self._grabber.failed.connect(lambda asked, _reason: self.model.frame_came(asked, b""))
            self._desk.endings.append(self._grabber.shutdown)
        self._grabber.grab(clip, FrameAt.LAST, clip, until=out)

    def _focus_moved(self, _before: QWidget | None, now: QWidget | None) -> None:
        """Scrolls to the step whose head has the focus."""
        if self.isVisible() and (column := self.heads.column_of(now)) is not None:
            self.board.show_column(column)

    def _fix(self, row: Row) -> None:
        """Opens a refused request in the composer, or makes a failed task again."""
        is_edited = is_prompt_at_fault(row)
        if is_edited:
            self._window.pages.leave()
        self._window.task_menu.take_for(EDIT_AND_SEND if is_edited else RETRY, [row.task.id])


class Tools(QWidget):
    """At the end of the views' bar: judging, the chain, a further step."""

    def __init__(self, model: StepsModel, desk: Desk) -> None:
        super().__init__(desk.window)
        self._model = model
        self._desk = desk
        self.advance = QCheckBox(self)
        self.advance.setChecked(model.auto_advance)
        self.advance.toggled.connect(lambda on: setattr(model, "auto_advance", on))
        self._is_narrow = False
        self._key = words(self, wrap=False)
        self._key.setProperty("kind", "key")
        self.chain = push_button(self, "", self.open_chains, kind="chip")
        self.step = push_button(self, "", self.open_ways, kind="chip", spoken=_("Add a step"))
        self.stops = (self.advance, self.chain, self.step)
        hbox(self.advance, (self._key, Qt.AlignmentFlag.AlignVCenter), self.chain, self.step, on=self, spacing=GRID)
        model.changed.connect(self.renew)
        FollowsTheme(desk.theme, self, self.renew)
        desk.keys.changed.connect(self.renew)

    def fit(self, *, is_narrow: bool) -> None:
        self.advance.setText(_("Advance") if is_narrow else _("Next after judging"))
        self.advance.setAccessibleName(_("Next after judging"))
        self.step.setText(f"+{BELOW}" if is_narrow else f"+ {_('Step')}{BELOW}")
        self._is_narrow = is_narrow
        self.renew()

    def renew(self) -> None:
        chain = self._model.chain
        self._key.setText(self._desk.keys.cap(ADVANCE))
        self._key.setVisible(not self._is_narrow and chain is not None and bool(self._key.text()))
        named = _("Chain: {name}", name=chain.name) if chain is not None else _("Choose a chain")
        brief = chain.name if self._is_narrow and chain is not None else named
        shown = self.fontMetrics().elidedText(brief, Qt.TextElideMode.ElideRight, _LONGEST)
        self.chain.setText(f"{caption(shown)}{BELOW}")
        self.chain.setAccessibleName(named)
        self.chain.setVisible(bool(self._model.chains))
        for part in (self.advance, self.step):
            part.setVisible(chain is not None)

    def open_chains(self) -> None:
        model, menu = self._model, passing_menu(self)
        for chain in model.chains:
            is_shown = model.chain is not None and chain.id == model.chain.id
            add_check(menu, caption(chain.name), partial(model.show_chain, chain), checked=is_shown)
        menu.addSeparator()
        menu.addAction(_("New chain…"), self._name_new)
        if model.chain is not None:
            menu.addAction(_("Rename…"), self._rename)
            menu.addAction(_("Delete"), model.remove_chain)
        open_below(menu, self.chain)

    def open_ways(self) -> None:
        model, menu = self._model, passing_menu(self)
        for way in model.ways():
            menu.addAction(caption(way.text), partial(model.add_step, way.endpoint, last_frame=way.last_frame))
        menu.addSeparator()
        menu.addAction(_("Choose a model…"), self._choose_model)
        open_below(menu, self.step)

    def _choose_model(self) -> None:
        ChooserPanel(self._model.model_choice(None), self._desk.theme, self.step).open_at(self.step)

    def _name_new(self) -> None:
        model, window = self._model, self._desk.window
        ask_text(window, _("New chain"), _("Name"), "", model.name_problem, model.make_chain, ok=_("Make chain"))

    def _rename(self) -> None:
        model, window = self._model, self._desk.window
        if model.chain is not None:
            now = model.chain.name
            ask_text(window, _("Rename chain"), _("Name"), now, model.name_problem, model.rename, ok=_("Rename"))


class EmptySteps(QWidget):
    """Without a chain, or without a shot."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._said = words(self, tone="muted")
        self._said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.make = push_button(self, "", kind="primary")
        picture = EmptyPicture(theme, "nothing yet", self)
        vbox((STRETCH, 2), picture, self._said, hbox(STRETCH, self.make, STRETCH), (STRETCH, 3), on=self)

    def show_for(self, chain: Chain | None) -> None:
        said = _("This project has no tasks yet. Takes of its shots appear here."), _("Make the first takes")
        if chain is None:
            said = _("A chain of steps: picture → clip → upscale. Only what you pick goes on."), _("Make this chain")
        elif not chain.steps:
            said = _("This chain has no steps yet."), _("Add a step")
        self._said.setText(said[0])
        self.make.setText(said[1])
