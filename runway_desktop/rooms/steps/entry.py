"""Entry point of the steps: a view of a project in place of its list. GUI thread only."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QCheckBox, QStackedLayout, QWidget

from runway_desktop.domain.inputs import FrameAt
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import StepId, TaskId
from runway_desktop.texts import _
from runway_desktop.ui.building import STRETCH, hbox, line, push_button, vbox
from runway_desktop.ui.desk import Desk
from runway_desktop.ui.empty_picture import EmptyPicture
from runway_desktop.ui.labels import words
from runway_desktop.ui.media.stills import FrameGrabber
from runway_desktop.ui.room import PageContent
from runway_desktop.ui.tasks import commands as judging
from runway_desktop.ui.theme import GRID, Theme
from runway_desktop.usecases.commands.command import Scope
from runway_desktop.usecases.commands.requests import EDIT_AND_SEND, RETRY
from runway_desktop.usecases.commands.tasks import KEYED

from .bill import BillPopup
from .board_view import BoardView
from .foot import Foot
from .headers import StepHead, StepHeaders
from .model.cells import is_prompt_at_fault
from .model.model import StepsModel
from .room import ADVANCE, CONTINUE, LARGE

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
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.tools = Tools(model, desk)
        self._headers = StepHeaders(model, desk.theme)
        self.board = BoardView(model, desk.theme, window.workspace.posters, self._headers)
        self._foot = Foot(model, desk.theme, desk.keys, self)
        self._empty = EmptySteps(desk.theme, self)
        self.bill_shown: BillPopup | None = None
        self._grabber: FrameGrabber | None = None
        body = QWidget(self)
        self._stack = QStackedLayout(body)
        for one in (self.board, self._empty):
            self._stack.addWidget(one)
        self._line = line(self)
        vbox((body, 1), self._line, self._foot, on=self, spacing=0)
        self._connect()
        self._bind()

    def open(self, project: str) -> None:
        self.model.open(project)
        page = PageContent(
            center=self, project=project, tools=self.tools, chosen=self.chosen_ids, left=self.model.close
        )
        self._window.pages.show("steps", page)

    def chosen_ids(self) -> list[TaskId]:
        current = self.board.current_id()
        return [current] if current is not None else []

    def focusInEvent(self, event: QFocusEvent) -> None:
        (self.board if self._stack.currentWidget() is self.board else self._empty.make).setFocus(event.reason())

    def open_take(self) -> None:
        self.board.take_action()

    def open_bill(self, step: StepId | None = None) -> None:
        self.model.prepare(step)

    def _connect(self) -> None:
        window, model = self._window, self.model
        model.changed.connect(self._show)
        model.bill_changed.connect(self._show_bill)
        # Queued: it is emitted in coroutines, in which no player may be created.
        model.frame_wanted.connect(self._grab, Qt.ConnectionType.QueuedConnection)
        self.board.opened.connect(self._open_large)
        self.board.menu_wanted.connect(window.task_menu.popup)
        self.board.choice_moved.connect(window.pages.choice_moved)
        self.board.bill_wanted.connect(self.open_bill)
        for part in (self.board, self._foot):
            part.fix_wanted.connect(self._fix)
        self._foot.continue_wanted.connect(self.open_bill)
        self._headers.made.connect(self._follow_head)
        self._empty.make.clicked.connect(self._begin)

    def _bind(self) -> None:
        window, keys = self._window, self._desk.keys
        tell = self._desk.models.task_commands.tell
        keys.bind(self, Scope.VIEW, ((CONTINUE, LARGE, ADVANCE), lambda: self), tell=tell)
        keys.bind(self, Scope.LIST, (_OWN, lambda: self.model), tell=tell)
        others = [one for one in judging.COMMANDS if one not in _OWN]
        keys.bind(self, Scope.LIST, (others, lambda: window.judge), tell=tell)
        keys.bind(self, Scope.LIST, (KEYED, window.chosen_rows), give=lambda key, _on: window.task_menu.take(key))

    def _follow_head(self, head: StepHead) -> None:
        head.changed.connect(self.model.change)
        head.bill_wanted.connect(self.open_bill)

    def _show(self) -> None:
        model = self.model
        has_board = model.chain is not None and bool(model.board and model.board.rows)
        self._stack.setCurrentWidget(self.board if has_board else self._empty)
        for part in (self._line, self._foot):
            part.setVisible(has_board)
        self._empty.show_for(has_chain=model.chain is not None)

    def _show_bill(self) -> None:
        bill = self.model.bill
        if bill is not None and self.isVisible():
            self.bill_shown = BillPopup(self.model, bill, self)
            self.bill_shown.open_above(self._foot.go_on)

    def _begin(self) -> None:
        if self.model.chain is None:
            self.model.make_usual()
        else:
            self._window.begin_request()

    def _grab(self, clip: Path) -> None:
        if self._grabber is None:
            self._grabber = FrameGrabber(self)
            self._grabber.grabbed.connect(self.model.frame_came)
            self._grabber.failed.connect(lambda asked, _reason: self.model.frame_came(asked, b""))
            self._desk.endings.append(self._grabber.shutdown)
        self._grabber.grab(clip, FrameAt.LAST, clip)

    def _open_large(self, task_id: TaskId) -> None:
        if self._desk.models.rows.position(task_id) is not None:
            self._desk.open("large", task_id)

    def _fix(self, row: Row) -> None:
        """Opens a refused request in the composer, or makes a failed task again."""
        if is_prompt_at_fault(row):
            self._window.pages.leave()
            self._window.task_menu.take_for(EDIT_AND_SEND, [row.task.id])
        else:
            self._window.task_menu.take_for(RETRY, [row.task.id])


class Tools(QWidget):
    """At the end of the views' bar."""

    def __init__(self, model: StepsModel, desk: Desk) -> None:
        super().__init__(desk.window)
        self.advance = QCheckBox(_("Next after judging"), self)
        self.advance.setChecked(model.auto_advance)
        self.advance.toggled.connect(lambda on: setattr(model, "auto_advance", on))
        hbox(self.advance, on=self, spacing=GRID)


class EmptySteps(QWidget):
    """Without a chain, or without a shot."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._said = words(self, tone="muted")
        self._said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.make = push_button(self, "", kind="primary")
        picture = EmptyPicture(theme, "nothing yet", self)
        vbox((STRETCH, 2), picture, self._said, hbox(STRETCH, self.make, STRETCH), (STRETCH, 3), on=self)

    def show_for(self, *, has_chain: bool) -> None:
        self._said.setText(
            _("This project has no tasks yet. Takes of its shots appear here.")
            if has_chain
            else _("A chain of steps: picture → clip → upscale. Only what you pick goes on.")
        )
        self.make.setText(_("Make the first takes") if has_chain else _("Make this chain"))
