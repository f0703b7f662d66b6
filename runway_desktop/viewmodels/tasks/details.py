"""Everything about the chosen task as labeled lines, and what the preview shows. GUI thread only.

The lines follow the task live; a change of the choice forgets what a slower answer says of the former one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from runway_desktop.catalog import settings_line
from runway_desktop.domain.account import NO_KEY
from runway_desktop.domain.expiry import LinkLife
from runway_desktop.domain.inputs import misses_file
from runway_desktop.domain.library import Row
from runway_desktop.domain.presence import Signs
from runway_desktop.domain.spending_report import spent_at
from runway_desktop.domain.task import Media, Output, OutputState, Pick, State, Task, TaskId
from runway_desktop.services.engine import Engine
from runway_desktop.services.library.library import Details
from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.commands.next_steps import NextStep, next_steps
from runway_desktop.usecases.commands.offers import TaskCommand, concerned, may_retry
from runway_desktop.usecases.listing.changes import Touch
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.expiry import line_words
from runway_desktop.usecases.words.files import binned_words, file_words, missing_words, trouble_words
from runway_desktop.usecases.words.holds import hold_words
from runway_desktop.usecases.words.money import cost_in_words
from runway_desktop.usecases.words.states import MOST_ADDED_UP, StateWords, several_words
from runway_desktop.usecases.words.tasks import sent_words, title_words
from runway_desktop.viewmodels.bridge import Bridge

from .lineage import LineageModel
from .task_list import TaskListModel


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the details."""

    label: str
    text: str
    copyable: bool = False
    tool_tip: str = ""


@dataclass(frozen=True, slots=True)
class Showing:
    """What the preview shows for one output, or in place of one. Without a `path` there is nothing to play yet, and
    `text` says why ("Running 62 %", or what failed)."""

    path: Path | None
    media: Media
    poster: Path | None = None
    title: str = ""
    text: str = ""
    changed: Signs | None = None
    """Those of a file that was changed outside: with others it is another file to look at."""


Value = TypeVar("Value")


class DetailsModel(QObject):
    changed = Signal()
    """Lines, words or next step moved."""
    showing_changed = Signal()
    """The preview must show something else."""

    def __init__(
        self, engine: Engine, bridge: Bridge, runner: Runner, rows: TaskListModel, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._runner = runner
        self._list = rows
        self.lineage = LineageModel(engine, bridge, runner, self)
        """The one chosen task among its kin."""
        self._chosen: tuple[TaskId, ...] = ()
        self._details: Details | None = None
        self._showing: tuple[Showing, ...] = ()
        self._asked = 0
        self._several: tuple[Row, ...] = ()
        bridge.tasks_touched.connect(self._touched)
        bridge.lane_changed.connect(lambda _: self.changed.emit())

    @property
    def chosen(self) -> tuple[TaskId, ...]:
        return self._chosen

    @property
    def row(self) -> Row | None:
        """The one chosen task; None while none or several are chosen, or it is being fetched."""
        return self._details.row if self._details is not None else None

    @property
    def rating(self) -> int:
        """That all chosen tasks have; 0 where they differ."""
        return self._common(lambda task: task.rating, 0)

    @property
    def pick(self) -> Pick:
        """Likewise."""
        return self._common(lambda task: task.pick, Pick.NONE)

    def _common(self, value: Callable[[Task], Value], otherwise: Value) -> Value:
        tasks = [row.task for row in ((self.row,) if self.row is not None else self._several)]
        values = {value(task) for task in tasks}
        return values.pop() if len(values) == 1 else otherwise

    @property
    def several(self) -> tuple[Row, ...]:
        """The chosen tasks, where there are several; none while they are being fetched, or are too many to add up."""
        return self._several

    @property
    def showing(self) -> tuple[Showing, ...]:
        return self._showing

    def choose(self, task_ids: Sequence[TaskId]) -> None:
        chosen = tuple(task_ids)
        if chosen == self._chosen:
            return
        self._chosen = chosen
        self.lineage.choose(chosen[0] if len(chosen) == 1 else None)
        self._several = ()
        if len(chosen) != 1:
            self._details = None
            self._asked += 1
            self._show()
            self.changed.emit()
            self._add_up()
            return
        known = self._list.row_of(chosen[0])
        self._details = Details(row=known) if known is not None else None
        self._show()
        self.changed.emit()
        self._engine.integrity.look_at(chosen)
        self._ask()

    def title(self) -> str:
        return title_words(self.row.task, self._engine.catalog) if self.row is not None else ""

    def full_prompt(self) -> str:
        return self.row.task.request.prompt if self.row is not None else ""

    def facts(self) -> list[Fact]:
        row = self.row
        if row is None:
            return []
        task, request = row.task, row.task.request
        pair = self._engine.catalog.pair(request.endpoint, request.model)
        endpoint = self._engine.catalog.endpoint(request.endpoint)
        made = endpoint.label if endpoint is not None else request.endpoint
        found = [
            Fact("Model", " · ".join(part for part in (request.model, made) if part) or "Not known"),
            Fact("Settings", settings_line(pair, request.values)),
            Fact("Project", " · ".join(part for part in (task.project, task.shot and f"shot {task.shot}") if part)),
            Fact("Tags", ", ".join(task.tags)),
            Fact("Note", task.note),
            Fact("Take", self._take(task)),
            Fact("Cost", self._cost(task)),
            Fact("Times", _times(task)),
            Fact("Took", self._took(task)),
        ]
        trouble = self.trouble()
        for output in row.outputs:
            label = "File" if len(row.outputs) == 1 else f"File {output.index + 1}"
            said = file_words(output)
            found.append(Fact(label, "" if output.problem and said in trouble else said, tool_tip=output.path))
        found.append(Fact("Link", self._link(row)))
        found.append(Fact("Task", task.remote_id or "", copyable=True, tool_tip="The id that Runway gave it"))
        return [fact for fact in found if fact.text]

    def _take(self, task: Task) -> str:
        takes = self._details.takes if self._details is not None else None
        if takes is None or len(takes.ids) < 2:
            return ""
        return f"{takes.number(task.id)} of {len(takes.ids)}"

    def state_words(self) -> StateWords | None:
        """The state as the list has it; where `trouble` tells more of it, without the list's short form of that."""
        words = self._list.words(self.row.task.id) if self.row is not None else None
        return replace(words, detail="") if words is not None and self.trouble() else words

    def trouble(self) -> str:
        """What went wrong, in words; empty when nothing did."""
        row = self.row
        if row is None:
            return ""
        task = row.task
        if task.is_hidden:
            return _unseen_words(task)
        match task.state:
            case State.FAILED if task.failure is not None:
                said = [
                    task.failure.meaning.sentence,
                    *(_refusal_words(self._field_label(task, r.path), r.message) for r in task.refusals),
                ]
                return "\n".join(said)
            case State.UNCERTAIN if task.evidence is not None:
                from runway_desktop.services.tasks.uncertainty import verdict

                return f"{task.evidence.reason} {verdict(task.evidence).words}".strip()
            case State.UNCERTAIN:
                return "No answer came to the sending. It may have been made, and charged."
            case State.GONE if not task.let_go:
                return _gone_words(task)
            case State.HELD:
                held = self._engine.lane.held_back(task.id)
                return hold_words(task.hold) or (held.sentence if held is not None else "")
            case State.SUCCEEDED:
                return trouble_words(row)
            case _:
                return ""

    def small_print(self) -> str:
        """Codes for those who ask for them."""
        task = self.row.task if self.row is not None else None
        if task is None:
            return ""
        if task.state is State.HELD:
            return task.hold.small_print
        if task.failure is None:
            return ""
        return " · ".join(part for part in (task.failure.code, task.failure.words) if part)

    def next_step(self) -> NextStep | None:
        row = self.row
        if row is None:
            return None
        if misses_file(row.task):
            return NextStep(TaskCommand.FIND_FILE, "Find the file…")
        if concerned(TaskCommand.REFRESH, [row]):
            return NextStep(TaskCommand.REFRESH, "Refresh")
        if row.task.state is State.HELD and row.task.waits_for_person:
            return NextStep(TaskCommand.SEND_NEXT, "Send next…" if row.task.may_be_sent_already else "Send next")
        held = self._engine.lane.held_back(row.task.id) if row.task.state is State.HELD else None
        if held is not None and held.raise_words:
            return NextStep(None, held.raise_words)
        if may_retry(row) and row.task.state is State.FAILED:
            return NextStep(TaskCommand.RETRY, "Retry")
        if row.task.state is State.FAILED and row.task.request.endpoint:
            return NextStep(TaskCommand.EDIT_AND_SEND, "Edit and send")
        if row.task.state is State.SUCCEEDED and any(output.state is OutputState.FAILED for output in row.outputs):
            return NextStep(TaskCommand.FETCH_AGAIN, "Save now")
        return next(iter(next_steps(row)), None)

    def more_steps(self) -> list[NextStep]:
        """What else can be done about the shown task's files."""
        return next_steps(self.row)[1:] if self.row is not None else []

    def raise_cap(self) -> None:
        """Raises the cap that the shown task waits for, so far that it may go."""
        held = self._engine.lane.held_back(self.row.task.id) if self.row is not None else None
        if held is not None:
            self._engine.budget.raise_cap(held)

    def _cost(self, task: Task) -> str:
        actual, estimate = task.cost_credits, task.estimated_credits
        if actual is not None:
            return cost_in_words(task)
        if estimate is not None:
            return f"at most {units.credits_in_words(estimate)} · {units.dollars(estimate)}"
        if task.state is State.HELD:
            price = self._engine.pricing.price(task.request)
            if price is None:
                return ""
            about = "" if price.exact else "about "
            return f"{about}{units.credits_in_words(price.credits)} · {units.dollars(price.credits)}"
        return ""

    def _took(self, task: Task) -> str:
        if task.state is not State.SUCCEEDED or task.ended_at is None:
            return ""
        since = task.running_since or task.remote_created_at or task.sent_at
        if since is None:
            return ""
        said = units.duration(max(0.0, task.ended_at - since))
        usual = self._engine.forecasts.usual_now(task.request)
        if usual is not None and usual.ran is not None:
            said += f" · usually {units.span(usual.ran.low, usual.ran.high)}"
        return said

    def _link(self, row: Row) -> str:
        """Until when Runway's link works; of the result itself nobody knows how long Runway keeps it."""
        if row.task.deleted_remotely:
            return "none: Runway has the result no longer"
        lives = [LinkLife(output.url_fetched_at) for output in row.outputs if output.url]
        return line_words(min(lives), self._engine.clock.now()) if lives else ""

    def _field_label(self, task: Task, path: tuple[str | int, ...]) -> str:
        pair = self._engine.catalog.pair(task.request.endpoint, task.request.model)
        field = pair.field(str(path[0])) if pair is not None and path else None
        return field.label if field is not None else ".".join(map(str, path))

    def _ask(self) -> None:
        self._asked += 1
        if len(self._chosen) == 1:
            self._runner(self._load(self._asked, self._chosen[0]), "show details")

    async def _load(self, asked: int, task_id: TaskId) -> None:
        found = await self._engine.library.details(task_id)
        if found is not None and found.row.task.state is State.SUCCEEDED:
            await self._engine.forecasts.usual(found.row.task.request)
        if asked == self._asked:
            self._details = found
            self._show()
            self.changed.emit()

    def _touched(self, touches: dict[TaskId, Touch]) -> None:
        if len(self._chosen) > 1 and not touches.keys().isdisjoint(self._chosen):
            self._add_up()
        touch = touches.get(self._chosen[0]) if len(self._chosen) == 1 else None
        if touch is None:
            return
        if touch.task is not None or touch.outputs:
            self._ask()
        else:
            # Bytes alone change nothing that is stored.
            self.changed.emit()

    def _add_up(self) -> None:
        """Fetches the rows of several chosen tasks, to tell what they cost and hold together."""
        chosen = self._chosen
        if 1 < len(chosen) <= MOST_ADDED_UP:
            self._list.with_rows(chosen, lambda rows: self._added_up(chosen, rows))

    def _added_up(self, chosen: tuple[TaskId, ...], rows: Sequence[Row]) -> None:
        if chosen == self._chosen:
            self._several = tuple(rows)
            self._show()
            self.changed.emit()

    def _show(self) -> None:
        showing = tuple(self._showings())
        if showing != self._showing:
            self._showing = showing
            self.showing_changed.emit()

    def _showings(self) -> list[Showing]:
        row = self.row
        if row is None:
            several = several_words(len(self._chosen), self._several)
            return [Showing(None, Media.OTHER, None, "", several)] if len(self._chosen) > 1 else []
        kept = [output for output in row.outputs if output.is_kept]
        if kept:
            return [_showing(output, self.title()) for output in kept]
        binned = [output for output in row.outputs if output.is_binned]
        if binned:
            return [_showing(output, self.title()) for output in binned]
        words = self._list.words(row.task.id)
        return [Showing(None, Media.OTHER, None, self.title(), words.headline if words is not None else "")]


def _showing(output: Output, title: str) -> Showing:
    poster = Path(output.poster) if output.poster else None
    if output.is_binned:
        return Showing(None, output.media, poster, title, binned_words(output))
    if output.is_missing:
        return Showing(None, output.media, poster, title, missing_words(output))
    changed = output.look.signs if output.is_changed else None
    return Showing(Path(output.path), output.media, poster, title, changed=changed)


def _times(task: Task) -> str:
    sent = sent_words(task)
    ended = units.full_time(task.ended_at).rsplit(", ", 1)[1] if task.ended_at and spent_at(task) else ""
    parts = [
        f"{sent[0].lower()}{sent[1:]}" if sent else f"made {units.full_time(task.created_at)}",
        f"ended {ended}" if ended else "",
    ]
    return " · ".join(part for part in parts if part)


def _refusal_words(label: str, message: str) -> str:
    return f"{label}: {message}" if label else message


def _unseen_words(task: Task) -> str:
    """Of one that the key in use cannot see."""
    if task.key != NO_KEY:
        return "This task was made with another key. Switch back to that key to follow it. Nothing is lost."
    return (
        "Runway doesn't know this task under this key. If it was made with another key, switch back to that key to "
        "follow it."
    )


def _gone_words(task: Task) -> str:
    if task.adopted:
        return "Runway doesn't know this task: it is not of this key's organization, or was deleted."
    return "Runway doesn't know this task any more: it was deleted there, or belongs to another key's organization."
