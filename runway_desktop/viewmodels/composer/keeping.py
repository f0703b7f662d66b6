"""What the composer stores: its draft, so that it survives a crash (values, inputs, parked values, the edited task);
the prompt history; presets.

The draft is saved shortly after the first unsaved change, without waiting for a pause in typing; and before it is sent,
with the id of its task. So the commit that stores the task also marks the draft as sent: a start looks whether the list
has the task, and there is no moment at which a kill leaves one without the other. The history is loaded
on first use, and again after each sending. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal, SignalInstance

from runway_desktop.catalog import FieldKind
from runway_desktop.domain.task import Request
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import _, ngettext
from runway_desktop.usecases.requests.choices import HasPair
from runway_desktop.usecases.requests.kept_draft import Draft
from runway_desktop.usecases.requests.presets import PRESETS, Preset, Presets
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.model import Model, Soon

_DRAFT = "composer.draft"
_KEEP_AFTER_MS = 250


class DraftKeeping(QObject):
    def __init__(self, cases: UseCases, draft: Callable[[], Draft], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cases = cases
        self._draft = draft
        self.owner = ""
        """Whose draft it is; empty: the composer's own."""
        self._timer = Soon(self, _KEEP_AFTER_MS, self.keep)
        self.keep_soon = self._timer.begin

    def keep(self) -> None:
        """Writes the draft to the settings now."""
        self._timer.stop()
        self._cases.settings.set(_DRAFT + self.owner, self._draft().as_json())

    def keep_what_is_due(self) -> None:
        """Saves a pending draft when the program quits."""
        if self._timer.isActive():
            self.keep()

    def kept(self) -> Draft | None:
        """The draft of the last run; None if there is none, or it is damaged."""
        return Draft.from_json(self._cases.settings.get(_DRAFT + self.owner))


class PutAside(QObject):
    offered = Signal()
    """`bring_back` has a draft to restore."""

    def __init__(self, take: Callable[[Draft], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._take = take
        self._draft: Draft | None = None

    def keep(self, draft: Draft) -> None:
        """Keeps a draft that is about to be replaced."""
        self._draft = draft
        self.offered.emit()

    def bring_back(self) -> None:
        """Restores the kept draft; the one it replaces is kept in turn. Does nothing without one."""
        draft, self._draft = self._draft, None
        if draft is not None:
            self._take(draft)


MOST = 300


class PromptHistory(Model):
    stepped = Signal(str)
    """The prompt to show."""
    listed = Signal(object)
    """All prompts, latest first."""

    def __init__(self, cases: UseCases, bridge: Bridge, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self._prompts: list[str] | None = None
        self._position = -1
        self._own = ""
        """The prompt before the first step back."""
        self._shown = ""
        bridge.tasks_added.connect(self._forget)

    def older(self, current: str) -> None:
        self._known(lambda prompts: self._step(prompts, current, 1))

    def newer(self, current: str) -> None:
        """Steps to a newer prompt; after the latest comes the person's own."""
        self._known(lambda prompts: self._step(prompts, current, -1))

    def ask(self) -> None:
        self._known(self.listed.emit)

    def _step(self, prompts: Sequence[str], current: str, by: int) -> None:
        if self._position < 0 or current != self._shown:
            # After typing, start again from the latest.
            self._position, self._own = -1, current
        position = self._position + by
        while 0 <= position < len(prompts) and prompts[position] == current:
            position += by
        if position >= len(prompts) or (position < 0 and self._position < 0):
            return
        self._position = max(-1, position)
        self._shown = prompts[position] if position >= 0 else self._own
        self.stepped.emit(self._shown)

    def _known(self, then: Callable[[list[str]], object]) -> None:
        if self._prompts is not None:
            then(self._prompts)
            return

        def came(prompts: Sequence[str]) -> None:
            self._prompts = list(prompts)
            then(self._prompts)

        self._runner(self._cases.recent_prompts(MOST), "recall prompts", done=came)

    def _forget(self, _: object) -> None:
        self._prompts = None
        self._position = -1


class Composing(HasPair, Protocol):
    """Interface of the composer for presets."""

    structure_changed: SignalInstance

    @property
    def prompt(self) -> str: ...

    def request(self) -> Request: ...

    def set_value(self, name: str, value: Any) -> None: ...

    def set_prompt(self, text: str) -> None: ...


class ComposerPresets(Model):
    """Applies, saves, renames, removes, exports and imports presets."""

    changed = Signal()
    said = Signal(str)

    def __init__(
        self, cases: UseCases, bridge: Bridge, runner: Runner, composer: Composing, parent: QObject | None = None
    ) -> None:
        super().__init__(cases, runner, parent)
        self._composer = composer
        self._presets = Presets(cases.settings)
        bridge.settings_changed.connect(self._moved)

    @property
    def all(self) -> tuple[Preset, ...]:
        return self._presets.all()

    @property
    def free_key(self) -> int:
        return self._presets.free_key()

    def name_problem(self, name: str) -> str:
        """Why the name is invalid; empty if valid."""
        return "" if name.strip() else _("Enter a name.")

    def save(self, name: str, *, with_prompt: bool, key: int) -> None:
        """Saves the current values without inputs."""
        composer = self._composer
        pair, request = composer.pair, composer.request()
        left_out = {field.name for field in pair.fields if field.is_asset or field.kind is FieldKind.PROMPT}
        values = {name: value for name, value in request.values.items() if name not in left_out}
        self._presets.save(
            Preset(
                name=name.strip(),
                endpoint=pair.endpoint,
                model=pair.model,
                values=values,
                prompt=composer.prompt if with_prompt else None,
                key=key,
            )
        )
        self.said.emit(_("Saved as preset “{preset}”.", preset=name.strip()))

    def take(self, preset: Preset) -> None:
        """Applies model and settings, and the prompt if it has one. Otherwise inputs and prompt stay as far as the
        model takes them."""
        pair = self._cases.catalog.pair(preset.endpoint, preset.model)
        if pair is None:
            self.said.emit(
                _("“{preset}” uses {model}, which the catalog doesn't have.", preset=preset.name, model=preset.model)
            )
            return
        composer = self._composer
        composer.choose(preset.endpoint, preset.model)
        for field in pair.fields:
            if not field.is_asset and field.kind is not FieldKind.PROMPT:
                composer.set_value(field.name, preset.values.get(field.name))
        if preset.prompt is not None:
            composer.set_prompt(preset.prompt)
        composer.structure_changed.emit()

    def take_key(self, key: int) -> None:
        preset = self._presets.on_key(key)
        if preset is None:
            self.said.emit(_("No preset on key {key} yet. Save one under Presets.", key=key))
        else:
            self.take(preset)

    def rename(self, name: str, new: str) -> None:
        self._presets.rename(name, new.strip())

    def remove(self, name: str) -> None:
        self._presets.remove(name)

    def export(self, path: Path) -> None:
        self._runner(
            self._cases.library.write_text(path, self._presets.as_text()),
            "export presets",
            done=lambda _: self.said.emit(
                ngettext(
                    "{n} preset exported as {file}.", "{n} presets exported as {file}.", len(self.all), file=path.name
                )
            ),
        )

    def bring_in(self, path: Path) -> None:
        self._runner(self._bring_in(path), "import presets")

    async def _bring_in(self, path: Path) -> None:
        taken = self._presets.take(await self._cases.library.read_text(path))
        self.said.emit(ngettext("{n} preset imported.", "{n} presets imported.", taken))

    def _moved(self, names: frozenset[str]) -> None:
        if PRESETS in names:
            self.changed.emit()
