"""Entry point of the Workflows page: the list, the form of a version in the composer, its runs, and one at the side.

GUI thread only.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QFocusEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QStackedLayout, QWidget

from runway_desktop.domain.task import TaskId
from runway_desktop.texts import _
from runway_desktop.ui.building import (
    STRETCH,
    add_check,
    hbox,
    line,
    open_below,
    passing_menu,
    push_button,
    tool_button,
    vbox,
)
from runway_desktop.ui.composer.presets_menu import PresetsButton
from runway_desktop.ui.desk import Desk
from runway_desktop.ui.empty_picture import EmptyPicture
from runway_desktop.ui.labels import LongWordsLabel, say, strong, words
from runway_desktop.ui.room import PageContent, Results
from runway_desktop.ui.tasks import commands as judging
from runway_desktop.ui.theme import GRID, FollowsTheme
from runway_desktop.ui.window.workspace import pane_of, put_in_order
from runway_desktop.usecases.commands.command import Scope
from runway_desktop.usecases.commands.tasks import KEYED
from runway_desktop.usecases.words.plain import caption, tip
from runway_desktop.usecases.workflows import GONE, NONE_PUBLISHED

from .lists import LinesView, RunDelegate, WorkflowDelegate
from .model import RunLine, WorkflowLine, WorkflowsModel
from .side import RunSide

WEB_APP = "https://app.runwayml.com"
"""Where workflows are built. Source: Runway's own pages."""
_LIST = 28 * GRID
_NARROW = 88 * GRID
"""Below this width, a menu stands in the place of the list."""
_IN_SIGHT = 8
_RUNS = 18 * GRID
"""Least height of the runs."""


def open_room(desk: Desk, wish: str | None) -> None:
    """`wish`: the id of a version to show."""
    page = desk.window.findChild(WorkflowsPage) or WorkflowsPage(desk)
    page.open(wish)


class WorkflowsPage(QWidget):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._desk = desk
        window, models = desk.window, desk.models
        self.model = model = WorkflowsModel(desk.cases, models.bridge, models.composer, desk.runner, self)
        self._has_form = False
        self._build()
        self.side = RunSide(model, desk)
        self._bind()
        self.workflows.moved.connect(self._choose)
        self.runs.moved.connect(self._look)
        self.workflows.opened.connect(window.composer_pane.focus_prompt)
        self.runs.opened.connect(self._open_run)
        self.runs.menu_wanted.connect(window.task_menu.popup)
        model.changed.connect(self._show)
        model.run_chosen.connect(lambda: window.pages.choice_moved() if self.isVisible() else None)
        model.recounted.connect(models.pages.recount)
        model.left.connect(window.pages.leave, Qt.ConnectionType.QueuedConnection)
        window.workspace.posters.ready.connect(lambda _: self.runs.viewport().update())
        FollowsTheme(desk.theme, self, self._restyle)

    def open(self, wish: str | None) -> None:
        self._has_form = bool(self._desk.cases.workflows.all())
        self._present()
        if self._desk.window.workspace.page is not None and self._desk.window.workspace.page.center is self:
            if self._desk.window.workspace.columns.is_folded(2):
                self._desk.window.workspace.fold(2)
            self.model.open(wish)

    def _present(self) -> None:
        # First, since it takes the focus out of the form.
        pane = self._desk.window.composer_pane
        pane.stand_whole(self._below if self._has_form else None)
        self._desk.window.pages.show(
            "workflows",
            PageContent(
                center=self,
                side=self.side,
                composer_room=self._room if self._has_form else None,
                sent=self._sent,
                chosen=self.chosen_ids,
                left=self._leave,
            ),
        )
        put_in_order((self._list, self._top, *([pane] if self._has_form else ())))

    def _leave(self) -> None:
        self._desk.window.composer_pane.stand_whole(None)
        self.model.close()

    def _sent(self, task_ids: Sequence[TaskId]) -> None:
        self.model.look_at(task_ids[0])

    def chosen_ids(self) -> list[TaskId]:
        run = self.model.run
        return [run.id] if run is not None else []

    @property
    def told(self) -> str:
        """Why Runway did not answer, or what to do where nothing is published."""
        return self._said.text() if self._stack.currentWidget() is self._empty else self._trouble.text()

    def focusInEvent(self, event: QFocusEvent) -> None:
        if self._has_form:
            self._desk.window.composer_pane.focus_prompt()
        else:
            self.refresh.setFocus(event.reason())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < self._desk.theme.wide(_NARROW)
        self._list.setVisible(not is_narrow)
        self.names.setVisible(is_narrow)
        self._name.setVisible(not is_narrow)

    def _open_run(self) -> None:
        if (run := self.model.run) is not None:
            has_result = any(output.is_here for output in run.row.outputs)
            self._desk.open("viewer", Results(run.id) if has_result else run.id)

    def _build(self) -> None:
        desk, model = self._desk, self.model
        self._title = strong(words(self, _("Workflows"), wrap=False))
        self.refresh = tool_button(self, model.refresh, side=18, kind="flat", spoken=_("Ask Runway again"))
        self.workflows = LinesView(
            model.workflows, WorkflowDelegate(desk.theme, self), desk.theme, _("Workflows"), self
        )
        self._foot = LongWordsLabel(self, "muted")
        self._foot.say(_("Built and published in Runway's web app."))
        self.web = push_button(self, _("Open Runway"), self._open_runway, kind="link")
        top = hbox((self._title, 1), self.refresh, margins=(2 * GRID, GRID, GRID, GRID))
        below = vbox(self._foot, hbox(self.web, STRETCH), margins=(2 * GRID, GRID, GRID, GRID + 4), spacing=2)
        self._trouble = words(self, tone="warn")
        self._trouble.setContentsMargins(2 * GRID, 0, GRID, GRID)
        self._list = pane_of(top, self._trouble, (self.workflows, 1), below)
        self._list.setFixedWidth(_LIST)
        self._stack = QStackedLayout()
        self._work, self._empty = QWidget(self), QWidget(self)
        self._build_work(self._work)
        self._build_empty(self._empty)
        for one in (self._work, self._empty):
            self._stack.addWidget(one)
        edge = line(self)
        edge.setFixedSize(1, 16_777_215)
        edge.setMinimumHeight(0)
        hbox(self._list, edge, (self._stack, 1), on=self, spacing=0)
        self._build_below()

    def _build_work(self, work: QWidget) -> None:
        desk = self._desk
        self._name = strong(words(work, wrap=False))
        self.names = push_button(work, "", self._open_names, kind="chip", spoken=_("Workflow"))
        self.versions = push_button(work, "", self._open_versions, kind="chip", spoken=_("Version"))
        self.presets = PresetsButton(desk.models.composer.presets, desk.keys, work)
        self.sheet = push_button(work, _("Sheet…"), lambda: desk.open("sheet", self.model.for_sheet()))
        self.sheet.setToolTip(_("A row for each run"))
        self._about = LongWordsLabel(work, "muted")
        head = hbox(self._name, self.names, self.versions, STRETCH, self.presets, self.sheet)
        self._gone = words(work, tone="warn")
        self._top = QWidget(work)
        margins = (GRID + GRID // 2, GRID, GRID + GRID // 2, 0)
        vbox(head, self._about, self._gone, on=self._top, margins=margins)
        self._room = vbox(spacing=0)
        vbox(self._top, (self._room, 1), on=work, spacing=0)

    def _build_empty(self, empty: QWidget) -> None:
        self._said = words(empty, tone="muted")
        self._said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.ask = push_button(empty, _("Ask Runway again"), self.model.refresh)
        picture = EmptyPicture(self._desk.theme, "nothing yet", empty)
        asks = hbox(STRETCH, self.ask, push_button(empty, _("Open Runway"), self._open_runway, kind="link"), STRETCH)
        vbox((STRETCH, 2), picture, self._said, asks, (STRETCH, 3), on=empty, margins=4 * GRID)

    def _build_below(self) -> None:
        """What stands between form and send button: inputs that are not understood, and the runs."""
        desk = self._desk
        self._below = QWidget(self)
        self._below.hide()
        self._card = QFrame(self._below)
        self._card.setProperty("box", True)
        self._strange, self._stays = LongWordsLabel(self._card), LongWordsLabel(self._card, "muted")
        self._stays.say(_("It stays at its default. Change it in Runway's web app."))
        self._mark = words(self._card, wrap=False)
        texts = vbox(self._strange, self._stays, spacing=2)
        hbox((self._mark, Qt.AlignmentFlag.AlignTop), (texts, 1), on=self._card, margins=GRID + GRID // 2)
        self._runs_title = strong(words(self._below, _("Runs"), wrap=False))
        self._amount, self._costs = (words(self._below, tone="muted", wrap=False) for _n in range(2))
        posters = desk.window.workspace.posters
        self.runs = LinesView(
            self.model.runs, RunDelegate(desk.theme, posters, self), desk.theme, _("Runs"), self._below
        )
        self.runs.setMinimumHeight(_RUNS)
        self._never = words(self._below, _("Not run yet. What a run makes appears here, node by node."), "muted")
        self._never.setAlignment(Qt.AlignmentFlag.AlignTop)
        head = hbox(self._runs_title, self._amount, STRETCH, self._costs, margins=(0, GRID, 0, GRID))
        parts = (self._card, GRID, line(self._below), head, (self._never, 1), (self.runs, 1))
        vbox(*parts, on=self._below, spacing=0)

    def _bind(self) -> None:
        window, keys = self._desk.window, self._desk.keys
        tell = self._desk.models.task_commands.tell
        keys.bind(self.runs, Scope.LIST, (judging.COMMANDS, lambda: window.judge), tell=tell)
        give = lambda key, _on: window.task_menu.take(key)  # noqa: E731
        keys.bind(self.runs, Scope.LIST, (KEYED, window.chosen_rows), give=give)

    def _restyle(self) -> None:
        theme = self._desk.theme
        self.refresh.setIcon(theme.icon("mdi6.refresh"))
        self.refresh.setToolTip(tip(_("Ask Runway again")))
        self.sheet.setIcon(theme.icon("mdi6.table"))
        self._mark.setPixmap(theme.icon("mdi6.help-circle-outline").pixmap(18, 18))
        for label in (self._foot, self._amount, self._costs, self._strange, self._stays, self._about, self._trouble):
            label.setFont(theme.small_font())

    def _show(self) -> None:
        model, version = self.model, self.model.version
        if self.isVisible() and self._has_form is not bool(model.workflows.lines or version):
            self._has_form = not self._has_form
            self._present()
        if self.isVisible():
            # Those in sight: the chosen run, and the latest.
            seen = [one for one in (model.run, *model.runs.lines[:_IN_SIGHT]) if isinstance(one, RunLine)]
            self._desk.models.posters.look(one.row for one in seen)
        self._stack.setCurrentWidget(self._work if version is not None else self._empty)
        self.refresh.setEnabled(not model.is_asking)
        self.ask.setEnabled(not model.is_asking)
        say(self._trouble, model.trouble)
        self._said.setText(self._empty_words())
        if version is None:
            return
        self._name.setText(version.name)
        self.names.setText(f"{caption(version.name)}  ▾")
        number = _("Version {n}", n=version.number)
        self.versions.setText(f"{number}  ▾")
        self.versions.setAccessibleDescription(number)
        self._about.say(version.about)
        self._about.setVisible(bool(version.about))
        say(self._gone, str(GONE) if version.pair.is_gone else "")
        self._show_strange()
        runs = model.runs.lines
        self._amount.setText(str(runs[0].number) if runs and isinstance(runs[0], RunLine) else "")
        self._costs.setText(model.costs)
        self._never.setVisible(not runs)
        self.runs.setVisible(bool(runs))
        self.workflows.show_current(version.name)
        self.runs.show_current(model.run.id if model.run is not None else None)

    def _show_strange(self) -> None:
        strange = self.model.version.unknown if self.model.version is not None else ()
        self._card.setVisible(bool(strange))
        said = [
            _("“{name}” is an input of a kind that is not known here ({kind}).", name=one.label, kind=one.type)
            for one in strange
        ]
        self._strange.say("\n".join(said))

    def _empty_words(self) -> str:
        if self.model.is_asking:
            return _("Asking Runway for the workflows of your organization…")
        if self.model.trouble:
            return self.model.trouble
        return str(NONE_PUBLISHED)

    def _choose(self) -> None:
        found, shown = self.workflows.line, self.model.version
        if isinstance(found, WorkflowLine) and (shown is None or found.id != shown.name):
            self.model.show_version(found.workflow.versions[0])

    def _look(self) -> None:
        if isinstance(found := self.runs.line, RunLine):
            self.model.look_at(found.id)

    def _open_names(self) -> None:
        menu, shown = passing_menu(self), self.model.version
        for one in self.model.workflows.lines:
            if isinstance(one, WorkflowLine):
                is_shown = shown is not None and one.id == shown.name
                choose = partial(self.model.show_version, one.workflow.versions[0])
                add_check(menu, caption(one.id), choose, checked=is_shown)
        menu.addSeparator()
        menu.addAction(_("Ask Runway again"), self.model.refresh)
        menu.addAction(_("Open Runway"), self._open_runway)
        open_below(menu, self.names)

    def _open_versions(self) -> None:
        menu, shown = passing_menu(self), self.model.version
        for version in self.model.versions:
            is_shown = shown is not None and version.id == shown.id
            choose = partial(self.model.show_version, version)
            add_check(menu, _("Version {n}", n=version.number), choose, checked=is_shown)
        open_below(menu, self.versions)

    @staticmethod
    def _open_runway() -> None:
        QDesktopServices.openUrl(QUrl(WEB_APP))
