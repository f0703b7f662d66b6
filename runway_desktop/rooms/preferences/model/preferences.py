"""The preferences as a form: each value applies at once; an invalid one returns a sentence and is not stored. Never
raises for invalid input. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from runway_desktop.catalog.labels import model_label
from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.folders import NO_ANSWER
from runway_desktop.domain.library import PageCounts
from runway_desktop.domain.preferences import Preferences
from runway_desktop.services.disk.disk_threads import QuickLook, in_worker
from runway_desktop.services.disk.folder_look import folder_problem
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import _, languages, ngettext
from runway_desktop.usecases.about import About, about
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.files import template_words
from runway_desktop.usecases.words.folders import refusal_words
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.model import Model, Soon
from runway_desktop.viewmodels.profiles.welcome import KeyForm
from runway_desktop.viewmodels.system import language_name

from .forms import HookForm, KeptBackups, LibraryForm, LoginForm, ProgramsForm
from .table import LINES, Group, Line, NumberRow, Section

MODELS, PROJECTS = "lane_limits", "project_caps"
"""Preferences that are a number for each of several names."""
_SPENT_MS = 500
"""Debounce after changes of tasks."""


class PreferencesForm(Model):
    changed = Signal(str)
    """Name of a preference whose value, remark or list of names changed, here or elsewhere."""
    spent = Signal()
    """What was spent has changed."""

    def __init__(self, cases: UseCases, bridge: Bridge, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self._added: dict[str, list[str]] = {MODELS: [], PROJECTS: []}
        """Rows shown without a number until the preferences are reopened."""
        self._projects: tuple[str, ...] = ()
        self.key = KeyForm(cases, bridge, runner, self)
        self._look = QuickLook()
        self.folder = LibraryForm(cases, bridge, runner, self)
        self.programs = ProgramsForm(cases, bridge, runner, self)
        self.hook = HookForm(cases, runner, self)
        bridge.settings_changed.connect(self._told)
        bridge.organization_changed.connect(self._organization_changed)
        self._soon = Soon(self, _SPENT_MS, self.spent)
        bridge.tasks_touched.connect(self._soon.begin)

    def _organization_changed(self, _: object) -> None:
        # A method, not a lambda: the connection then ends with this object, whose window may close.
        self.changed.emit(MODELS)

    @property
    def is_demo(self) -> bool:
        return self._cases.is_demo

    def kept_backups(self) -> KeptBackups | None:
        """The daily backups, for the profile page; None if the profile has no folder on disk."""
        backups = self._cases.backups
        return KeptBackups(self._cases, backups, self._runner) if backups is not None else None

    def login(self) -> LoginForm | None:
        """The start at login; None if the profile has no folder on disk."""
        profiles = self._cases.profiles
        return LoginForm(self._cases, profiles.current, self._runner, self) if profiles is not None else None

    def value(self, name: str) -> Any:
        """A preference by its name in `Settings`."""
        return getattr(self._cases.settings, name)

    @property
    def languages(self) -> list[tuple[str, str]]:
        """Codes and names of the languages to choose from: the system's, then each by its own name."""
        there = ("en", *languages(resource("locale")))
        return [("", _("Match system")), *sorted((code, language_name(code)) for code in there)]

    def lines(self, section: Section) -> list[tuple[Group, list[Line]]]:
        """Lines of a page by group, in their order."""
        shown = [line for line in LINES if line.group.section is section]
        return [(group, list(lines)) for group, lines in groupby(shown, lambda line: line.group)]

    def set_value(self, name: str, value: Any) -> str:
        """Stores a value; returns a sentence if it is invalid."""
        try:
            self._cases.settings.set(name, value)
        except (TypeError, ValueError):
            return _("“{setting}” cannot have this value.", setting=Preferences.preferences()[name].label)
        return ""

    @property
    def library(self) -> Path:
        return self._cases.settings.library

    @property
    def library_is_default(self) -> bool:
        return not self._cases.settings.library_folder

    def set_library(self, text: str) -> str:
        """Sets the folder for results; empty for the default. Saved files stay where they are. Returns a sentence if it
        cannot be used."""
        typed = text.strip()
        if not typed:
            return self.set_value("library_folder", "")
        folder = Path(typed).expanduser()
        problem = refusal_words(self._look.ask(folder_problem, folder, otherwise=NO_ANSWER))
        return problem or self.set_value("library_folder", str(folder))

    def set_template(self, text: str) -> str:
        return template_words(text) or self.set_value("name_template", text.strip())

    def reset_template(self) -> None:
        self.set_value("name_template", None)

    @property
    def catalog_words(self) -> str:
        catalog = self._cases.catalog
        models = len({model for endpoint in catalog.endpoints for model in endpoint.models})
        known = ngettext("{n} model", "{n} models", models)
        return " · ".join((_("Runway SDK {version}", version=catalog.version), known))

    def remark(self, name: str) -> str:
        """Remark to an amount of credits: its value in dollars, and what is spent."""
        credits, budget = self.value(name), self._cases.budget
        parts = [units.dollars(credits)] if credits else []
        match name:
            case "day_cap":
                parts.append(_("{n} spent today", n=round(budget.spent_today, 1)))
            case "month_cap":
                parts.append(_("{n} spent this month", n=round(budget.spent_this_month, 1)))
        return " · ".join(parts)

    def rows(self, name: str) -> list[NumberRow]:
        """Rows of `MODELS` or `PROJECTS`: names with a number or added here, and used models."""
        numbers: Mapping[str, float] = self.value(name)
        names = {*numbers, *self._added[name], *(self._used() if name == MODELS else ())}
        rows = [
            NumberRow(
                row, round(numbers.get(row, 0)), self._allowed(row) if name == MODELS else "", self.label(name, row)
            )
            for row in names
        ]
        return sorted(rows, key=lambda row: row.label.casefold())

    def label(self, name: str, row: str) -> str:
        """Label of a row; that of a model is its maker's name, not its id."""
        return model_label(row) if name == MODELS else row

    def others(self, name: str) -> list[str]:
        """Known names that can be added."""
        known = self._projects if name == PROJECTS else sorted({pair.model for pair in self._cases.catalog.pairs()})
        shown = {row.name for row in self.rows(name)}
        return [row for row in known if row not in shown]

    def add_row(self, name: str, row: str) -> None:
        if row not in self._added[name]:
            self._added[name].append(row)
            self.changed.emit(name)

    def set_row(self, name: str, row: str, number: int) -> None:
        """Sets a row's number; 0 removes it."""
        if row not in self._added[name]:
            self._added[name].append(row)
        others = {other: value for other, value in self.value(name).items() if other != row}
        self._cases.settings.set(name, {**others, row: number} if number > 0 else others)

    def ask_about(self, done: Callable[[About], None]) -> None:
        """Reads version and licenses on a worker thread."""
        self._runner(in_worker(None, about), "read the licenses", done=done)

    def ask_projects(self) -> None:
        """Loads the names of projects."""
        self._runner(self._cases.library.counts(), "list projects", done=self.while_open(self._counted))

    def _counted(self, counts: PageCounts) -> None:
        self._projects = tuple(sorted(filter(None, counts.projects), key=str.casefold))
        self.changed.emit(PROJECTS)

    def _allowed(self, model: str) -> str:
        organization = self._cases.account.organization
        allowed = organization.concurrent(model) if organization else None
        return _("Runway allows {n}", n=allowed) if allowed is not None else _("not known yet")

    def _used(self) -> set[str]:
        """Models in use: last used per endpoint, of open tasks, or counted by Runway today."""
        remembered = self._cases.settings.get("composer.models", {})
        names = set(remembered.values()) if isinstance(remembered, Mapping) else set()
        names |= {task.request.model for task in self._cases.tasks.open() if task.request.model}
        organization = self._cases.account.organization
        if organization is not None:
            names |= {model for model, amount in organization.daily_used.items() if amount}
        return {name for name in names if isinstance(name, str) and name}

    def _told(self, names: frozenset[str]) -> None:
        for name in names & Preferences.preferences().keys():
            self.changed.emit(name)
