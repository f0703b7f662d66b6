"""Types of the commands for selected tasks: the command's record, its parameters, its context and its report.

The records are in modules by topic, together with their functions; `tasks` lists them all. If several tasks are given,
failures of single tasks at Runway or on disk are in the `Report`; for a single task the errors (StoreError,
NotPossible, DiskError, ApiError) are raised. Loop's thread only.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runway_desktop.domain.cast import Member
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Output, Request, State, TaskId
from runway_desktop.services.engine import Engine
from runway_desktop.services.settings import Settings
from runway_desktop.services.tasks.queue_acts import Stood
from runway_desktop.texts import Text
from runway_desktop.usecases.question import Question
from runway_desktop.values import Struct, field

from .command import LIST, Command, CommandSection, Scope

if TYPE_CHECKING:
    from runway_desktop.services.intake.gathered import Gathered
    from runway_desktop.services.results.relinking import RelinkProgress
    from runway_desktop.services.tasks.submission import Ask, Prepared
    from runway_desktop.usecases.sending.sending import TaskSender

SELECT_FIRST = Text("Select a task in the list first.")
SELECT_ONE = Text("Select one task.")
NOT_WITH_THIS = Text("This isn't possible for this task.")


class Given(Struct, frozen=True, kw_only=True):
    """Parameters of a command, after its questions were answered."""

    text: str = ""
    """Text entered for its `prompt`."""
    path: Path | None = None
    """The file or folder that an earlier report asked for."""
    anyway: bool = False
    """The question of an earlier report was answered with yes."""
    prepared: Prepared | None = None
    """From the confirmed question of a command that pays."""
    with_prompt: bool = False
    """Include the prompt in support details."""
    before: TaskId | None = None
    """The queued task to insert before; None: at the end."""
    progress: Callable[[RelinkProgress], None] = lambda _: None
    """Called during a search for files."""

    def answering(self, now: Prepared) -> tuple[Prepared, frozenset[Ask]]:
        """What to send, with answers: what the confirmed question had prepared, if that was the same command for the
        same tasks; otherwise `now`, without answers."""
        asked = self.prepared
        return (asked, asked.asks) if asked is not None and asked.origin == now.origin else (now, frozenset())


NOTHING = Given()


class Wanted(Struct, frozen=True, kw_only=True):
    """Asks for a file or folder: the command is to be called again with its path."""

    path: Path
    """Where a missing file was; for a folder, what it is near to."""
    near: Path | None = None
    """The folder where the dialog starts; None: the nearest existing one."""
    folder_for: Text | None = None
    """Asks for a folder: the title of the dialog."""


class Use(Enum):
    """What the front end does with the files of a report."""

    COPY = auto()
    SHOW = auto()
    """In the system's file manager; if none exists any more, their folder."""
    OPEN = auto()


class ComposerDraft(Struct, frozen=True, kw_only=True):
    """A request for the composer."""

    request: Request
    editing: TaskId | None = None
    parent: TaskId | None = None
    new_seed: bool = False
    refusals: Mapping[str, str] = field(default_factory=dict)
    asks_model: bool = False
    """The user selects another model for it."""


class Report(Struct, frozen=True, kw_only=True):
    """Result of a command, and what the front end does next."""

    changed: tuple[TaskId, ...] = ()
    """Tasks, old or new, that the command changed."""
    said: Text | str = ""
    """What was done, as a sentence; empty if that is visible anyway."""
    detail: str = ""
    problems: tuple[Text | str, ...] = ()
    """What failed, as sentences without duplicates."""
    show: tuple[TaskId, ...] = ()
    undo: tuple[TaskId, ...] = ()
    stood: Stood | None = None
    """Alternative undo value: former positions of queued tasks."""
    before: Member | None = None
    """Alternative undo value: a member of the cast as it was."""
    text: str = ""
    paths: tuple[Path, ...] = ()
    """Existing files, for `use`."""
    folder: Path | None = None
    """Where the files were, if none exists any more."""
    use: Use | None = None
    picture_of: Row | None = None
    """The task whose picture, as shown, is copied."""
    opens: TaskId | None = None
    """The task whose result is shown in the large view."""
    exports: tuple[TaskId, ...] | None = None
    """Tasks to export. Empty: all listed ones; None: no export."""
    reviews: tuple[TaskId, ...] | None = None
    """Tasks to send for review, likewise."""
    draft: ComposerDraft | None = None
    sheet: Gathered | None = None
    """Rows to open as a sheet."""
    wants: Wanted | None = None
    asks: Question | None = None
    """A question; nothing was changed yet. After "yes" the command is to be called again with `anyway`."""
    offers: TaskCommand | None = None
    """A command to suggest next for the same tasks."""


class Context:
    """What commands are executed with. Only `sending` can spend money."""

    def __init__(self, engine: Engine, sending: TaskSender) -> None:
        self.engine = engine
        self.sending = sending


class Prompt(Struct, frozen=True):
    """A line of text to enter before the command."""

    title: Text
    words: Text
    text: str = ""
    problem: Callable[[str], Text | str] = lambda _: ""
    """Why the entered text is not valid; empty if it is."""
    offers: tuple[str, ...] = ()
    """Texts to complete what is typed."""


Does = Callable[[Context, Sequence[Row], Given], Awaitable[Report]]


class TaskCommand(Command[Sequence[Row]], frozen=True, kw_only=True, eq=False):
    """A command for the selected rows. Functions that get several rows get at least one."""

    does: Does | None
    """Executes it for the rows that it applies to. None: its menu or buttons do."""
    section: CommandSection = LIST
    scopes: frozenset[Scope] = frozenset({Scope.LIST})
    given_by: Command[Sequence[Row]] | None = None
    """The record that owns the shortcut, if one shortcut stands for several commands, depending on the tasks."""
    stored: str = ""
    """Its key in the palette's history, if different from `id`."""
    takes_one: bool = False
    """For a single task only."""
    takes_none: bool = False
    """Also possible without a selection."""
    outputs: Callable[[Output], bool] | None = None
    """Which results it applies to: only tasks with such results are concerned, and the results are counted."""
    concerns: Callable[[Row], bool] | None = None
    """Whether it applies to a row. None: to all."""
    prefers: Callable[[Row], bool] | None = None
    """If some rows meet this, it applies to those only."""
    is_listed: Callable[[Row], bool] | None = None
    """Whether it is listed for a row, possibly as not available. None: if it applies to the row."""
    absence: Callable[[Sequence[Row]], Text | str] | None = None
    """Why it is not listed, for users who press its key; None: a general text."""
    asks: Callable[[Settings], bool] = lambda _: True
    """Whether the user wants its `question`."""
    question: Callable[[Sequence[Row]], Question | None] = lambda _: None
    prompt: Callable[[Context, Row], Prompt] | None = None
    prepares: Callable[[Context, Sequence[Row]], Prepared] | None = None
    """For a command that pays: what it sends. `usecases.sending` derives the question from that."""
    tells_price: bool = False
    """Show its price although another action sends."""
    searches: Callable[[Given], bool] = lambda _: False
    """A long search for files: one at a time, with progress and a way to stop it."""
    moves_files: bool = False
    """Viewers of its files must close them first."""
    undo: Callable[[Context, Any], Awaitable[Report]] | None = None
    """Undoes it; gets the undo value of its report: ids, or positions of queued tasks."""
    instead: Text = Text("")
    """What to do instead of an undo."""

    @property
    def keyed(self) -> Command[Sequence[Row]]:
        return self.given_by or self

    @property
    def remembered(self) -> str:
        """Its key in the palette's history."""
        return self.stored or self.id

    def meant(self, rows: Sequence[Row]) -> list[Row]:
        """The rows that it applies to; also the ones that its texts count."""
        found = list(filter(self._is_meant, rows))
        return (self.prefers and list(filter(self.prefers, found))) or found

    def text(self, rows: Sequence[Row]) -> str:
        if self.label is not None or not self.words.many:
            return super().text(rows)
        counted = rows if self.concerns is None else self.meant(rows)
        number = sum(self.outputs(one) for row in counted for one in row.outputs) if self.outputs else len(counted)
        return str(self.words.of(max(number, 1)))

    def is_for(self, rows: Sequence[Row]) -> bool:
        """Whether it is listed for these rows: it is useful for at least one of them."""
        if not rows:
            return self.takes_none
        return (len(rows) == 1 or not self.takes_one) and any(map(self.is_listed or self._is_meant, rows))

    def reason(self, rows: Sequence[Row]) -> str:
        """Why it is not possible for these rows, listed or not; empty if it is possible."""
        if self.is_for(rows):
            return super().reason(rows)
        if not rows:
            return str(SELECT_FIRST)
        absence = self.absence(rows) if self.absence is not None else ""
        return str(absence or (SELECT_ONE if len(rows) > 1 else NOT_WITH_THIS))

    def asked(self, rows: Sequence[Row]) -> Question | None:
        """The question before something can be lost; None if nothing can."""
        meant = self.meant(rows)
        return self.question(meant) if meant else None

    def _is_meant(self, row: Row) -> bool:
        if self.concerns is not None and not self.concerns(row):
            return False
        return self.outputs is None or any(map(self.outputs, row.outputs))


def has(holds: Callable[[Output], bool]) -> Callable[[Row], bool]:
    return lambda row: any(map(holds, row.outputs))


def unless(holds: Callable[[Row], bool], reason: Text) -> Callable[[Sequence[Row]], Text | str]:
    return lambda rows: "" if any(map(holds, rows)) else reason


def is_here(output: Output) -> bool:
    return output.is_here


def is_queued(row: Row) -> bool:
    return row.task.state is State.QUEUED


def is_kept_by_runway(row: Row) -> bool:
    return not row.task.deleted_remotely


def can_be_fetched(row: Row) -> bool:
    return row.task.has_results and is_kept_by_runway(row)


def ids_of(rows: Sequence[Row]) -> list[TaskId]:
    return [row.task.id for row in rows]


def each_once(failed: Mapping[TaskId, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(failed.values()))


def tasks_of(outputs: Sequence[Output]) -> tuple[TaskId, ...]:
    return tuple(dict.fromkeys(output.task_id for output in outputs))
