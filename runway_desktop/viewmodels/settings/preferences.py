"""The preferences as a form: each value applies at once, a bad one is answered with a sentence and not stored.

Nothing here raises for what a person enters. The key's part is a `KeyForm`. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain import filenames
from runway_desktop.services.disk.disk_threads import QuickLook
from runway_desktop.services.disk.folder_look import NO_ANSWER, folder_problem
from runway_desktop.services.engine import Engine
from runway_desktop.services.settings import Settings
from runway_desktop.services.supervised import Runner
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.money.caps_form import CapsForm
from runway_desktop.viewmodels.profiles.kept_backups import KeptBackups
from runway_desktop.viewmodels.profiles.welcome import KeyForm

from .library_form import LibraryForm

MOST_AT_ONCE = 20
"""Of one model; the highest tier of Runway allows as many."""


@dataclass(frozen=True, slots=True)
class ModelLimit:
    """`own` and `allowed` are tasks at the same time; None: no own limit, not known what Runway allows."""

    model: str
    own: int | None
    allowed: int | None

    @property
    def allowed_words(self) -> str:
        return f"Runway allows {self.allowed}" if self.allowed is not None else "not known yet"


class PreferencesForm(QObject):
    changed = Signal(str)
    """The name of the setting that moved, here or elsewhere; empty: what Runway allows."""
    catalog_told = Signal(str, bool)
    """What came of a renewal, in a sentence, and whether it is a refusal."""

    def __init__(self, engine: Engine, bridge: Bridge, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._runner = runner
        self._added: list[str] = []
        self.key = KeyForm(engine, bridge, runner, self)
        self.caps = CapsForm(engine, bridge, runner, self)
        self._look = QuickLook()
        self.folder = LibraryForm(engine, bridge, runner, self)
        bridge.settings_changed.connect(self._told)
        bridge.organization_changed.connect(self._limits_moved)

    def _limits_moved(self, _: object) -> None:
        # A method, not a lambda: it is let go with this object, which lives only as long as its window.
        self.changed.emit("")

    @property
    def is_demo(self) -> bool:
        return self._engine.is_demo

    def kept_backups(self) -> KeptBackups | None:
        """The daily backups, for the page of the profile; None where the program has no folder on a disk."""
        backups = self._engine.backups
        return KeptBackups(self._engine, backups, self._runner) if backups is not None else None

    def value(self, name: str) -> Any:
        """A preference by its name in `Settings`."""
        return getattr(self._engine.settings, name)

    def description(self, name: str) -> str:
        return Settings.preferences()[name].description

    def set_value(self, name: str, value: Any) -> str:
        """Stores it; gives a sentence instead when it makes no sense."""
        try:
            self._engine.settings.set(name, value)
        except (TypeError, ValueError):
            return f"This cannot be used here. {self.description(name)}"
        return ""

    @property
    def library(self) -> Path:
        return self._engine.settings.library

    @property
    def library_is_default(self) -> bool:
        return not self._engine.settings.library_folder

    def set_library(self, text: str) -> str:
        """The folder for results; empty: the system's own. Files that are saved already stay where they are."""
        typed = text.strip()
        if not typed:
            return self.set_value("library_folder", "")
        folder = Path(typed).expanduser()
        problem = self._look.ask(folder_problem, folder, otherwise=NO_ANSWER)
        return problem or self.set_value("library_folder", str(folder))

    @property
    def template(self) -> str:
        return self._engine.settings.name_template

    @property
    def usual_template(self) -> str:
        return filenames.DEFAULT_TEMPLATE

    def template_problem(self, text: str) -> str:
        return " ".join(filenames.problems(text)[:2])

    def template_preview(self, text: str) -> str:
        """The path of an invented result, with its folders."""
        return filenames.preview(text)

    def template_fields(self) -> tuple[tuple[str, str], ...]:
        """Each field as it is written, and what it stands for."""
        return tuple((f"{{{name}}}", meaning) for name, meaning in filenames.FIELDS.items())

    def set_template(self, text: str) -> str:
        problem = self.template_problem(text)
        return problem or self.set_value("name_template", text.strip())

    def reset_template(self) -> None:
        self.set_value("name_template", None)

    @property
    def can_renew_catalog(self) -> bool:
        return self._engine.renewal is not None

    @property
    def catalog_words(self) -> str:
        """Which catalog is in use."""
        catalog = self._engine.catalog
        pairs = sum(len(endpoint.models) for endpoint in catalog.endpoints)
        models = len({model for endpoint in catalog.endpoints for model in endpoint.models})
        own = "" if self.catalog_is_built_in else " Renewed from a file."
        return f"SDK {catalog.version}: {len(catalog.endpoints)} endpoints, {models} models, {pairs} pairs.{own}"

    @property
    def catalog_is_built_in(self) -> bool:
        return self._engine.renewal is None or self._engine.renewal.is_built_in

    def renew_catalog(self, path: Path | None) -> None:
        """From a file, or None: back to the built-in one. `catalog_told` says what came of it."""
        renewal = self._engine.renewal
        if renewal is not None:
            self._runner(
                renewal.renew(path) if path is not None else renewal.use_built_in(),
                "renew catalog",
                done=lambda came: self.catalog_told.emit(came.in_words(), False),
                failed=lambda error: self.catalog_told.emit(error.in_words(), True),
            )

    def model_limits(self) -> list[ModelLimit]:
        """Models that were used, limited or added here, by name."""
        settings, organization = self._engine.settings, self._engine.account.organization
        names = {*settings.lane_limits, *self._added, *self._used()}
        return [
            ModelLimit(name, settings.lane_limit(name), organization.concurrent(name) if organization else None)
            for name in sorted(names)
        ]

    def other_models(self) -> list[str]:
        shown = {limit.model for limit in self.model_limits()}
        return sorted({pair.model for pair in self._engine.catalog.pairs()} - shown)

    def add_model(self, model: str) -> None:
        """Lists a model without limiting it."""
        if model not in self._added:
            self._added.append(model)
            self.changed.emit("lane_limits")

    def set_model_limit(self, model: str, limit: int | None) -> None:
        """None: as many as Runway allows."""
        if model not in self._added:
            # A row that loses its limit stays where it is until the preferences are opened again.
            self._added.append(model)
        self._engine.settings.set_lane_limit(model, limit)

    def _used(self) -> set[str]:
        """What the composer last used per endpoint, what is open, and what Runway counted today."""
        remembered = self._engine.settings.get("composer.models", {})
        names = set(remembered.values()) if isinstance(remembered, Mapping) else set()
        names |= {task.request.model for task in self._engine.ledger.open() if task.request.model}
        organization = self._engine.account.organization
        if organization is not None:
            names |= {model for model, amount in organization.daily_used.items() if amount}
        return {name for name in names if isinstance(name, str) and name}

    def _told(self, names: frozenset[str]) -> None:
        for name in names & Settings.preferences().keys():
            self.changed.emit(name)
