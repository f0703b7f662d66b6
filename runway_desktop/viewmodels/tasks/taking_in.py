"""Handles data dropped, pasted or named on the command line, and passes each part to its destination. Imported on first
use. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from runway_desktop.domain.errors import DiskError
from runway_desktop.domain.inputs import AssetDrop
from runway_desktop.domain.task import Request
from runway_desktop.services.exchange.exchange import BackupFile, ResultsFolder, ReviewAnswers, TaskIds
from runway_desktop.services.intake.gathered import Gathered
from runway_desktop.services.intake.reading import Dropped
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import _, ngettext
from runway_desktop.usecases.requests.draft import MOST_LETTERS
from runway_desktop.usecases.review.words import read_words, undone_words
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.viewmodels.composer.composer import Composer
from runway_desktop.viewmodels.model import Model

from .task_commands import MOST_SAID, TaskCommands

_EXAMPLE = "17f20503-6c24-4c16-946b-35dbbce2af2f"


class TakingIn(Model):
    def __init__(self, cases: UseCases, composer: Composer, runner: Runner, commands: TaskCommands) -> None:
        super().__init__(cases, runner, commands)
        self._composer = composer
        self._commands = commands

    def take(
        self,
        paths: Sequence[Path],
        urls: Sequence[str],
        text: str,
        to_field: str,
        at: int | None,
        *,
        are_results: bool,
    ) -> None:
        for_import = not (are_results or urls or to_field)
        dropped = Dropped(paths=tuple(paths), urls=tuple(urls), text=text)
        self._runner(self._take(dropped, to_field, at, are_results=are_results, for_import=for_import), "take in")

    async def _take(
        self, dropped: Dropped, to_field: str, at: int | None, *, are_results: bool, for_import: bool
    ) -> None:
        def otherwise() -> None:
            """Uses the data as prompts or inputs instead of importing it."""
            self._runner(self._take(dropped, "", None, are_results=False, for_import=False), "take in")

        cases, pair = self._cases, self._composer.pair
        match await cases.exchange.gather(dropped, prefer=(pair.endpoint, pair.model), for_import=for_import):
            case BackupFile(path):
                self._commands.restore_wanted.emit(path)
            case TaskIds() as ids:
                self._commands.brought.emit(ids, otherwise)
            case ResultsFolder(path):
                self._commands.brought.emit(path, otherwise)
            case ReviewAnswers(told):
                for name, content in told:
                    self._runner(self._read_answer(name, content), "read an answer to a review")
            case gathered:
                self.receive(gathered, to_field, at, are_results=are_results)

    async def _read_answer(self, name: str, content: str) -> None:
        reviews = self._cases.reviews
        came = await reviews.read_text(content, name or _("The text"))
        if not came.is_new:
            self._commands.tell(_("{name}’s answer was read before. Nothing was changed.", name=came.answer.by))
            return

        def undo() -> None:
            said = undone_words(came.answer)
            self._runner(
                reviews.undo(came.round, came.answer), "undo an answer", done=lambda _: self._commands.tell(said)
            )

        self._commands.acted.emit(read_words(came.answer), undo)

    def receive(
        self, gathered: Gathered, to_field: str = "", at: int | None = None, *, are_results: bool = False
    ) -> None:
        """Distributes the parts: ids to the list, inputs to the composer, prompts to the composer or a sheet."""
        if gathered.is_empty:
            self._commands.tell(_("There is nothing to use in it."), problem=True)
            return
        if gathered.remote_ids:
            self._runner(self._adopt(gathered.remote_ids), "adopt")
        if gathered.restored is not None:
            self._composer.load(gathered.restored)
            self._commands.tell(_("The composer has the settings of that result."))
        if gathered.is_folder and len(gathered.assets) > 1 and not to_field:
            # Pictures of a folder become rows of a sheet.
            self._commands.sheet_wanted.emit(gathered)
            return
        self._give_inputs(gathered.assets, to_field, at)
        if not are_results:
            self._offer_settings(gathered.assets)
        prompt = gathered.lone_prompt
        if len(prompt) > MOST_LETTERS:
            said = _("This text has {n} characters. No model takes a prompt that long.", n=len(prompt))
            self._commands.tell(said, problem=True)
        elif prompt:
            self._composer.set_prompt(prompt)
        elif gathered.drafts:
            self._commands.sheet_wanted.emit(gathered)
        else:
            self._tell_findings([finding.message for finding in gathered.findings])

    def _offer_settings(self, assets: Sequence[AssetDrop]) -> None:
        """Offers the stored request of a dropped result, in addition to its use as an input."""
        made = {drop.path: drop.made_by for drop in assets if drop.path is not None and drop.made_by is not None}
        self._commands.carried.update(made)
        if len(made) == 1:
            [(path, request)] = made.items()
            self._offer(path, request)
        elif len(assets) == 1 and (alone := assets[0].path) is not None:
            self._runner(self._offer_known(alone), "find the request of a file")

    def _offer(self, path: Path, request: Request) -> None:
        self._commands.settings_offered.emit(_("“{file}” was made with Runway Desktop.", file=path.name), request)

    async def _offer_known(self, path: Path) -> None:
        """For a result that does not hold its request, such as one with content credentials: by its bytes."""
        with suppress(DiskError):
            row = await self._cases.library.maker_of(path)
            if row is not None:
                self._commands.carried[path] = row.task.request
                self._offer(path, row.task.request)

    def _give_inputs(self, assets: Sequence[AssetDrop], to_field: str, at: int | None) -> None:
        """Adds inputs, including known files that do not fit: their tiles show the error and fixes."""
        usable = [drop for drop in assets if not drop.findings or drop.facts is not None]
        self._tell_findings([drop.findings[0].message for drop in assets if drop not in usable])
        if to_field:
            if at is not None and usable:
                self._composer.taking.replace(to_field, at, usable.pop(0))
            for drop in usable:
                self._composer.taking.add_to(to_field, drop)
        elif usable:
            self._composer.taking.add(usable)

    def _tell_findings(self, messages: Sequence[str]) -> None:
        for message in messages[:MOST_SAID]:
            self._commands.tell(message, problem=True)
        if len(messages) > MOST_SAID:
            self._commands.tell(
                ngettext("{n} more could not be used.", "{n} more could not be used.", len(messages) - MOST_SAID),
                problem=True,
            )

    async def _adopt(self, remote_ids: Sequence[str]) -> None:
        adoption = await self._cases.adoption.adopt(remote_ids)
        if adoption.added:
            self._commands.tell(
                ngettext("{n} task added. Checking it now.", "{n} tasks added. Checking them now.", len(adoption.added))
            )
        if adoption.known:
            self._commands.tell(
                ngettext("{n} task is already in the list.", "{n} tasks are already in the list.", len(adoption.known))
            )
        self._tell_findings(
            [
                _("“{word}” is not a task ID. Task IDs look like {example}.", word=word[:60], example=_EXAMPLE)
                for word in adoption.bad
            ]
        )
        self._commands.show_wanted.emit([*adoption.added, *adoption.known])
