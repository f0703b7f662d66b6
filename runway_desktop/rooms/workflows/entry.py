"""Entry point of the Workflows page: the list, the version with its runs above the composer, and a run at the side.

`wish`: the id of a version to show, or None. GUI thread only.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QFocusEvent
from PySide6.QtWidgets import QWidget

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Output, TaskId
from runway_desktop.texts import Text, _, in_turn, ngettext
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
from runway_desktop.ui.desk import Desk
from runway_desktop.ui.empty_picture import EmptyPicture
from runway_desktop.ui.labels import say, words
from runway_desktop.ui.room import PageContent
from runway_desktop.ui.theme import GRID, FollowsTheme
from runway_desktop.ui.window.workspace import pane_of
from runway_desktop.usecases.commands.requests import EDIT_AND_SEND
from runway_desktop.usecases.commands.results import SHOW_FILE
from runway_desktop.usecases.workflows import GONE, NONE_PUBLISHED, costs_in_words
from runway_desktop.values import replace

from .lists import LinesView
from .model import WorkflowsModel
from .side import RunSide

_WEB_APP = "https://app.runwayml.com"
_MARGINS = (2 * GRID, GRID // 2, 2 * GRID, GRID // 2)
_MOST_NAMED = 5
"""Inputs that are not understood and are named."""


def open_room(desk: Desk, wish: str | None) -> None:
    window = desk.window
    page = window.findChild(WorkflowsPage) or WorkflowsPage(desk)
    page.model.set_open(True)
    if wish is not None:
        page.model.choose(wish)
    page.show_state()
    if window.workspace.columns.is_folded(2):
        window.workspace.fold(2)
    content = PageContent(
        center=page,
        side=page.side,
        keeps_composer=True,
        chosen=page.chosen_ids,
        left=partial(page.model.set_open, False),
    )
    window.pages.show("workflows", content)
    window.composer_pane.open_form(True)


class WorkflowsPage(QWidget):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        window, models = desk.window, desk.models
        self._desk = desk
        self.model = WorkflowsModel(desk.cases, models.bridge, models.composer, models.pages, desk.runner, window)
        self.side = RunSide(self.model, desk.theme, window.workspace.posters, window)
        self._build()
        self.list.moved.connect(self._choose)
        self.runs.moved.connect(self._looked_at)
        self.side.opened.connect(lambda row: desk.open("viewer", row.task.id))
        self.side.shown_in_folder.connect(self._show_in_folder)
        self.side.edit_wanted.connect(lambda row: window.task_menu.take_for(EDIT_AND_SEND, [row.task.id]))
        self.model.changed.connect(self.show_state)
        FollowsTheme(desk.theme, self, self._restyle)

    def chosen_ids(self) -> list[TaskId]:
        return [self.model.run.task.id] if self.model.run is not None else []

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.list.setFocus(event.reason())

    def _build(self) -> None:
        theme, posters = self._desk.theme, self._desk.window.workspace.posters
        self._title = words(self, _("Workflows"), wrap=False)
        self.refresh = tool_button(self, self.model.refresh, tip=_("Refresh"), spoken=_("Refresh the workflows"))
        self.list = LinesView(theme, posters, _("Workflows"), self, runs=False)
        self._problem = words(self, tone="warn")
        self._built = words(self, _("Built and published in Runway's web app."), "muted")
        link = push_button(self, _("Open Runway"), lambda: QDesktopServices.openUrl(QUrl(_WEB_APP)), kind="link")
        foot = vbox(self._problem, self._built, hbox(link, STRETCH), margins=(2 * GRID, GRID, GRID, GRID))
        top = hbox(self._title, STRETCH, self.refresh, margins=(2 * GRID, GRID, GRID, GRID))
        self._left = pane_of(top, (self.list, 1), foot, pane="list")
        self._name = words(self, wrap=False)
        self.versions = push_button(self, "", self._open_versions, spoken=_("Version"))
        self.sheet = push_button(self, _("Sheet…"), lambda: self._desk.open("sheet"), tip=_("A row for each run"))
        self._about = words(self, tone="muted")
        self._note = words(self, tone="warn")
        self._unknown = words(self, tone="muted")
        self._runs_title = words(self, wrap=False)
        self._amount = words(self, tone="muted", wrap=False)
        self._costs = words(self, tone="muted", wrap=False)
        self.runs = LinesView(theme, posters, _("Runs"), self, runs=True)
        heads = hbox(self._runs_title, self._amount, STRETCH, self._costs, margins=_MARGINS)
        told = vbox(self._about, self._note, self._unknown, margins=_MARGINS)
        name = hbox(self._name, self.versions, STRETCH, self.sheet, margins=(2 * GRID, GRID, 2 * GRID, GRID // 2))
        self._middle = pane_of(name, told, line(), pane_of(heads, pane="raised"), (self.runs, 1), pane="list")
        self._empty = QWidget(self)
        self._why = words(self._empty, tone="muted")
        picture = EmptyPicture(theme, "all done", self._empty)
        vbox((STRETCH, 2), picture, self._why, (STRETCH, 3), on=self._empty, margins=4 * GRID)
        hbox(self._left, (self._middle, 1), (self._empty, 1), on=self, spacing=1)

    def _restyle(self) -> None:
        theme = self._desk.theme
        for label in (self._title, self._name, self._runs_title):
            label.setFont(theme.strong_font())
        for label in (self._built, self._problem, self._unknown, self._costs, self._amount):
            label.setFont(theme.small_font())
        self.refresh.setIcon(theme.icon("mdi6.refresh"))
        self._left.setFixedWidth(14 * self.fontMetrics().height())

    def show_state(self) -> None:
        model, version = self.model, self.model.version
        self.list.show_lines(model.list_lines(), version.id if version is not None else "")
        self.refresh.setEnabled(not model.is_asking)
        is_empty = version is None
        self._middle.setVisible(not is_empty)
        self._empty.setVisible(is_empty)
        say(self._problem, "" if is_empty else model.problem)
        self._why.setText(model.problem or (_("Asking Runway…") if model.is_asking else str(NONE_PUBLISHED)))
        if version is None:
            return
        self._name.setText(version.name)
        self.versions.setText(f"{_('Version {n}', n=version.number)}  ▾")
        say(self._about, version.about)
        say(self._note, str(GONE) if version.pair.is_gone else "")
        say(self._unknown, _unknown_words([(one.label, one.type) for one in version.unknown]))
        runs = model.runs
        self._runs_title.setText(_("Runs"))
        self._amount.setText(str(len(runs)) if runs else _("None yet"))
        self._costs.setText(costs_in_words([row for row in runs if row.task.request.model == version.id]))
        self.runs.show_lines(model.run_lines(), model.run.task.id if model.run is not None else "")

    def _choose(self, version_id: str) -> None:
        self.model.choose(version_id)
        self._desk.window.composer_pane.open_form(True)

    def _looked_at(self, task_id: str) -> None:
        self.model.look_at(task_id)
        self._desk.window.pages.choice_moved()

    def _open_versions(self) -> None:
        menu, workflow = passing_menu(self.window()), self.model.workflow
        for version in workflow.versions if workflow is not None else ():
            said = _("Version {n}", n=version.number)
            said = _("{version}, no longer at Runway", version=said) if version.pair.is_gone else said
            add_check(menu, said, partial(self._choose, version.id), checked=version is self.model.version)
        open_below(menu, self.versions)

    def _show_in_folder(self, row: Row, output: Output) -> None:
        self._desk.models.task_commands.carry_out(SHOW_FILE, [replace(row, outputs=(output,))])


def _unknown_words(unknown: list[tuple[str, str]]) -> str:
    if not unknown:
        return ""
    said = [
        _("“{label}” is an input of a kind that this version doesn't know ({type}).", label=label, type=kind)
        for label, kind in unknown[:_MOST_NAMED]
    ]
    if (more := len(unknown) - _MOST_NAMED) > 0:
        said.append(ngettext("{n} more input is not known.", "{n} more inputs are not known.", more))
    stay = Text(
        "It stays at its default. Change it in Runway's web app.",
        "They stay at their defaults. Change them in Runway's web app.",
    )
    return str(in_turn(*said, stay.of(len(unknown))))
