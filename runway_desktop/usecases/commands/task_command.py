"""A command for selected tasks: its record, what is given with it, what it is carried out with, and what came of it.

The records stand in modules by what they are about, each with what carries it out; `tasks` lists them all. What Runway
or the disk says of one task of several is in the `Report`; DomainErrors of a single task (StoreError, NotPossible,
DiskError, ApiError) are raised. Loop's thread only.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import Output, Request, State, TaskId
from runway_desktop.domain.text import Text
from runway_desktop.services.engine import Engine
from runway_desktop.services.settings import Settings
from runway_desktop.services.tasks.lane_order import Stood
from runway_desktop.usecases.question import Question
from runway_desktop.values import Struct, field

from .command import LIST, Command, CommandSection, Scope

if TYPE_CHECKING:
    from runway_desktop.services.results.relinking import RelinkProgress
    from runway_desktop.services.tasks.submission import Ask, Prepared
    from runway_desktop.usecases.sending.sending import TaskSender

SELECT_FIRST = Text("Select a task in the list first.")
SELECT_ONE = Text("Select one task.")
NOT_WITH_THIS = Text("That cannot be done with this task.")


class Given(Struct, frozen=True, kw_only=True):
    """What was given with a command, after whatever had to be asked was answered."""

    text: str = ""
    """What was typed for its `prompt`."""
    path: Path | None = None
    """The file or the folder that a report wanted."""
    anyway: bool = False
    """The question of a report was answered with yes."""
    prepared: Prepared | None = None
    """Of the question of a command that pays, answered with yes."""
    with_prompt: bool = False
    """Support details with the prompt in them."""
    before: TaskId | None = None
    """The task of the queue before which others are put; None: at its end."""
    progress: Callable[[RelinkProgress], None] = lambda _: None
    """Is called while files are looked for."""

    def answering(self, now: Prepared) -> tuple[Prepared, frozenset[Ask]]:
        """What to send, and the answers: what was asked about, if that was the same tasks for the same command; else
        what was prepared `now`, with nothing answered."""
        asked = self.prepared
        return (asked, asked.asks) if asked is not None and asked.origin == now.origin else (now, frozenset())


NOTHING = Given()


class Wanted(Struct, frozen=True, kw_only=True):
    """A file, or a folder, that must be named: the command is given again with its path."""

    path: Path
    """Where a missing file was."""
    near: Path | None = None
    """The folder to begin at; None: the nearest that is there."""
    is_folder: bool = False


class Use(Enum):
    """What the face does with the files of a report."""

    COPY = auto()
    SHOW = auto()
    """In the system's file manager; where none is there any more, their folder."""
    OPEN = auto()


class ComposerDraft(Struct, frozen=True, kw_only=True):
    """A request that the face puts into the composer."""

    request: Request
    editing: TaskId | None = None
    """The queued task that it is written over."""
    parent: TaskId | None = None
    new_seed: bool = False
    refusals: Mapping[str, str] = field(default_factory=dict)
    """What Runway said of its fields."""
    asks_model: bool = False
    """The person chooses another model for it."""


class Report(Struct, frozen=True, kw_only=True):
    """What came of a command, and what the face does next."""

    changed: tuple[TaskId, ...] = ()
    """Tasks, old or new, that the command did its work on."""
    kept: tuple[TaskId, ...] = ()
    """Tasks that had finished in the meantime, and were left alone."""
    failed: Mapping[TaskId, str] = field(default_factory=dict)
    """Of each task with which it could not be done, why."""
    said: Text | str = ""
    """A sentence of what was done; empty where that shows itself."""
    detail: str = ""
    problems: tuple[Text | str, ...] = ()
    """Sentences of what could not be done, each once."""
    show: tuple[TaskId, ...] = ()
    """Tasks to show next."""
    undo: tuple[TaskId, ...] = ()
    """Tasks with which it can be undone."""
    stood: Stood | None = None
    """Where queued tasks stood before, with which it can be undone instead."""
    text: str = ""
    """Words to copy."""
    paths: tuple[Path, ...] = ()
    """Files that are there, for `use`."""
    folder: Path | None = None
    """Where the files were, when none is there any more."""
    use: Use | None = None
    picture_of: Row | None = None
    """The task whose shown picture is copied."""
    opens: TaskId | None = None
    """The task whose result is shown large."""
    exports: tuple[TaskId, ...] | None = None
    """Tasks to be exported. Empty: what is listed; None: nothing is."""
    draft: ComposerDraft | None = None
    wants: Wanted | None = None
    asks: Question | None = None
    """Nothing was changed; the command is given again with `anyway` if the answer is yes."""
    offers: TaskCommand | None = None
    """What may be tried next with the same tasks."""


class Context:
    """What commands are carried out with. Nothing but `sending` spends."""

    def __init__(self, engine: Engine, sending: TaskSender) -> None:
        self.engine = engine
        self.sending = sending
        self.held_at: dict[TaskId, tuple[object, ...]] = {}
        """What sending each task would have meant when the person held it."""


class Prompt(Struct, frozen=True):
    """A line of text that is asked for before the command."""

    title: Text
    words: Text
    text: str = ""
    """What stands in the line at first."""
    problem: Callable[[str], Text | str] = lambda _: ""
    """Why what is typed will not do; empty when it does."""


Does = Callable[[Context, Sequence[Row], Given], Awaitable[Report]]


class TaskCommand(Command[Sequence[Row]], frozen=True, kw_only=True, eq=False):
    """A command for the rows that are selected: a function that is given several gets at least one."""

    does: Does | None
    """Carries it out on the rows that it concerns. None: its menu or its buttons do."""
    section: CommandSection = LIST
    scopes: frozenset[Scope] = frozenset({Scope.LIST})
    given_by: Command[Sequence[Row]] | None = None
    """The record of its keys, where one key gives one of several commands as the tasks are."""
    stored: str = ""
    """What the palette remembers it by, where that is not its id."""
    takes_one: bool = False
    """It is for a single task."""
    takes_none: bool = False
    """It is possible too where nothing is selected."""
    outputs: Callable[[Output], bool] | None = None
    """Which results it does its work on: it concerns the tasks that have some, and counts them."""
    concerns: Callable[[Row], bool] | None = None
    """Whether it is carried out on a row that is selected. None: on any."""
    prefers: Callable[[Row], bool] | None = None
    """Where it concerns rows that meet this, it is carried out on those alone."""
    is_listed: Callable[[Row], bool] | None = None
    """Whether a row has it listed, though perhaps with a reason why not. None: where it concerns the row."""
    absence: Callable[[Sequence[Row]], Text | str] | None = None
    """Why it is not listed, for those who press its key; None: in general words."""
    asks: Callable[[Settings], bool] = lambda _: True
    """Whether the person wants its `question` to be asked."""
    question: Callable[[Sequence[Row]], Question | None] = lambda _: None
    """What is asked before it is carried out on these rows."""
    prompt: Callable[[Context, Row], Prompt] | None = None
    """What must be typed for it."""
    prepares: Callable[[Context, Sequence[Row]], Prepared] | None = None
    """What it sends, of a command that pays: what must be asked first, `usecases.sending` says."""
    tells_price: bool = False
    """Its price is told although another act sends."""
    searches: Callable[[Given], bool] = lambda _: False
    """It looks for files for long: one search at a time, whose progress is shown and which can be stopped."""
    moves_files: bool = False
    """What shows its files closes them first."""
    undo: Callable[[Context, Any], Awaitable[Report]] | None = None
    """Undoes it, given what its report keeps for that: ids, or where queued tasks stood."""

    @property
    def keyed(self) -> Command[Sequence[Row]]:
        """The record whose keys give it."""
        return self.given_by or self

    @property
    def remembered(self) -> str:
        """Its name in what the palette remembers."""
        return self.stored or self.id

    def meant(self, rows: Sequence[Row]) -> list[Row]:
        """Those of the rows that it is carried out on: the same ones whose number it names and asks for."""
        found = list(filter(self._is_meant, rows))
        return (self.prefers and list(filter(self.prefers, found))) or found

    def text(self, rows: Sequence[Row]) -> str:
        if self.label is not None or not self.words.many:
            return super().text(rows)
        counted = rows if self.concerns is None else self.meant(rows)
        number = sum(self.outputs(one) for row in counted for one in row.outputs) if self.outputs else len(counted)
        return str(self.words.of(max(number, 1)))

    def is_for(self, rows: Sequence[Row]) -> bool:
        """Whether it makes sense for at least one of the rows."""
        if not rows:
            return self.takes_none
        return (len(rows) == 1 or not self.takes_one) and any(map(self.is_listed or self._is_meant, rows))

    def reason(self, rows: Sequence[Row]) -> str:
        """Why it cannot be given for these rows, listed or not; empty when it can."""
        if self.is_for(rows):
            return super().reason(rows)
        if not rows:
            return str(SELECT_FIRST)
        absence = self.absence(rows) if self.absence is not None else ""
        return str(absence or (SELECT_ONE if len(rows) > 1 else NOT_WITH_THIS))

    def asked(self, rows: Sequence[Row]) -> Question | None:
        """What is asked before something can be lost; None when nothing can."""
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
    return row.task.state is State.HELD


def is_kept_by_runway(row: Row) -> bool:
    return not row.task.deleted_remotely


def can_be_fetched(row: Row) -> bool:
    return row.task.state is State.SUCCEEDED and is_kept_by_runway(row)


def ids_of(rows: Sequence[Row]) -> list[TaskId]:
    return [row.task.id for row in rows]


def each_once(failed: Mapping[TaskId, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(failed.values()))


def tasks_of(outputs: Sequence[Output]) -> tuple[TaskId, ...]:
    return tuple(dict.fromkeys(output.task_id for output in outputs))
