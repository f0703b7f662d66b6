"""Adds inputs to the request: into a field that fits, after a switch to a model that takes them, or with a sentence why
not.

File facts are read by the use cases on a worker. GUI thread only; nothing blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from runway_desktop.catalog import Field, Pair
from runway_desktop.domain.folders import FileMove, moved_uris
from runway_desktop.domain.inputs import AssetDrop
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import _
from runway_desktop.usecases.requests.draft import RequestDraft
from runway_desktop.usecases.requests.input_item import may_hold
from runway_desktop.usecases.requests.pair_choice import PairChoice
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.viewmodels.model import Model


class InputTaking(Model):
    said = Signal(str)
    """What was replaced, or why something was rejected."""
    touched = Signal(str)
    """Name of a field whose inputs changed."""
    moved = Signal()
    """The request changed."""
    removed = Signal()
    """An input was removed; emitted after `moved`."""
    learned = Signal()
    """Facts about inputs changed."""

    def __init__(
        self,
        cases: UseCases,
        draft: RequestDraft,
        choice: PairChoice,
        switch: Callable[[Pair, str], None],
        runner: Runner,
        parent: QObject | None = None,
    ) -> None:
        """`switch` changes to a model that takes something, named in words ("clips")."""
        super().__init__(cases, runner, parent)
        self._draft = draft
        self._choice = choice
        self._switch = switch

    def add(self, drops: Sequence[AssetDrop]) -> None:
        """Adds each drop to a field that fits, or switches to an endpoint that takes it. A file that no model accepts
        as is, is added too, so that fixes can be offered."""
        for drop in drops:
            if drop.findings and drop.facts is None:
                self.said.emit(drop.findings[0].message)
                continue
            field = self._draft.field_for(drop)
            if field is None and not self._switch_for(drop):
                self.said.emit(
                    _(
                        "No model accepts {file} with these inputs.",
                        file=drop.path.name if drop.path is not None else drop.uri,
                    )
                )
                continue
            field = field or self._draft.field_for(drop)
            if field is not None:
                self._put(field, drop)
        self.moved.emit()

    def add_to(self, name: str, drop: AssetDrop) -> None:
        """Adds it to a named field, or says why not."""
        field = self._draft.pair.field(name)
        if drop.findings and drop.facts is None:
            self.said.emit(drop.findings[0].message)
        elif field is None or not may_hold(field, drop):
            self.said.emit(
                _(
                    "{input} doesn't accept {kinds}.",
                    input=field.label if field else name,
                    kinds=drop.media.kind.word.of(2),
                )
            )
        else:
            self._put(field, drop)
            self.moved.emit()

    def replace(self, name: str, number: int, drop: AssetDrop) -> None:
        """Replaces an input of the same purpose, or says why not."""
        field = self._draft.pair.field(name)
        if drop.findings and drop.facts is None:
            self.said.emit(drop.findings[0].message)
        elif field is not None and may_hold(field, drop) and self._draft.put_in_place_of(name, number, drop):
            self.touched.emit(name)
            self.moved.emit()
        else:
            # The target is gone, or rejects it; `add_to` reports that.
            self.add_to(name, drop)

    def remove(self, name: str, number: int) -> None:
        if self._draft.remove(name, number):
            self.touched.emit(name)
            self.moved.emit()
            self.removed.emit()

    def move(self, name: str, number: int, to: int) -> None:
        if self._draft.move(name, number, to):
            self.moved.emit()

    def follow(self, moves: Sequence[FileMove]) -> None:
        """Updates inputs whose files were moved."""
        if self._draft.follow(moved_uris(moves)):
            self.moved.emit()

    def ask_facts(self) -> None:
        """Reads facts of new files; `learned` follows."""
        files = self._draft.unknown_files()
        if files:
            self._runner(self._learn_facts(files), "look at inputs")

    async def _learn_facts(self, uris: Sequence[str]) -> None:
        for uri, found in (await self._cases.intake.look(uris)).items():
            if found.facts is not None:
                self._draft.facts[uri] = found.facts
            elif found.problem:
                self._draft.unreadable[uri] = found.problem
        self._draft.touched()
        self.learned.emit()

    def _switch_for(self, drop: AssetDrop) -> bool:
        draft = self._draft
        pair = self._choice.taking_input(drop.media, draft.pair, draft.inputs(), has_prompt=bool(draft.prompt.strip()))
        if pair is not None:
            self._switch(pair, str(drop.media.kind.word.of(2)))
        return pair is not None

    def _put(self, field: Field, drop: AssetDrop) -> None:
        replaced = self._draft.put(field, drop)
        self.touched.emit(field.name)
        if replaced:
            self.said.emit(_("Replaced {input}.", input=replaced))
