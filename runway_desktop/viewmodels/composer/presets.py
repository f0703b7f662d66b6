"""Presets of the composer: apply, save, rename, remove, export, import. GUI thread only."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal, SignalInstance

from runway_desktop.catalog import FieldKind, Pair
from runway_desktop.domain.task import Request
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import _, ngettext
from runway_desktop.usecases.requests.presets import KEYS, PRESETS, Preset, Presets
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.model import Model

__all__ = ["KEYS", "ComposerPresets", "Preset"]


class Composing(Protocol):
    """Interface of the composer for presets and chooser."""

    structure_changed: SignalInstance

    @property
    def pair(self) -> Pair: ...

    @property
    def prompt(self) -> str: ...

    def request(self) -> Request: ...

    def choose(self, endpoint: str, model: str) -> None: ...

    def choose_endpoint(self, endpoint: str) -> None: ...

    def set_value(self, name: str, value: Any) -> None: ...

    def set_prompt(self, text: str) -> None: ...


class ComposerPresets(Model):
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
