"""Plays the script: each request on the simulated organization and through the engine's transitions, at its own time.
The result is what the engine would have stored, and the organization's state.

Pure except for new ids: time is a parameter, nothing is stored, no file is made. Raises ImpossibleMove and KeyError for
an invalid script.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from runway_desktop.catalog import Catalog
from runway_desktop.domain.account import Fingerprint, fingerprint_of
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.filenames import render
from runway_desktop.domain.library import LedgerEntry, clean_tag
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import (
    Batch,
    BatchId,
    Evidence,
    Output,
    Pick,
    RemoteId,
    Request,
    Task,
    TaskId,
    new_batch_id,
    new_task_id,
)
from runway_desktop.domain.transitions import (
    Accepted,
    Answer,
    Answered,
    EvidenceGathered,
    NoAnswer,
    Sending,
    Transition,
    Withdrawn,
)
from runway_desktop.services.results.result_file import name_values
from runway_desktop.services.tasks.task_changes import advance, ledger_line, results_of
from runway_desktop.simulator.child import DEMO_SECRET
from runway_desktop.simulator.knobs import Knobs
from runway_desktop.simulator.media.recipe import FORMATS, Recipe
from runway_desktop.simulator.world import FAILURES, SimulatedTask, TaskStatus, World
from runway_desktop.values import Struct, field, replace

from .script import Script, ScriptTask

_ANSWER_TOOK = 0.4
_NOTICED_AFTER = 1.2
"""Seconds until the poller notices a change."""
_LOOKED_AFTER = 25.0
_JUDGED_AFTER = 150.0
_JUST_NOW = 3.0
_ANSWERED = 5.0
"""Minimum number of seconds since the latest sending."""
_STILL_RUNS = 120.0
"""Tasks sent less than so many seconds ago have not ended."""


class Played(Struct, eq=False):
    """One task with its history. `outputs` are Runway's, with their future paths; `sources` are the tasks whose results
    are its inputs. `recipe`: the simulator's recipe of its files."""

    task: Task
    entries: list[LedgerEntry] = field(default_factory=list)
    outputs: tuple[Output, ...] = ()
    recipe: Recipe | None = None
    sources: tuple[TaskId, ...] = ()

    def move(self, transition: Transition, at: float) -> None:
        before = self.task
        self.task = advance(before, transition, at)
        self.outputs = results_of(self.task, transition, at, Media.OTHER) or self.outputs
        line = ledger_line(before, self.task, transition, at, {})
        if line is not None:
            self.entries.append(line)

    def change(self, what: str, value: object, at: float) -> None:
        """Applies a change by the user."""
        self.task = replace(self.task, **{what: value})  # type: ignore[arg-type]
        self.entries.append(LedgerEntry(task_id=self.task.id, at=at, kind=what, detail={}))


class History(Struct, frozen=True, kw_only=True):
    """The whole history, in order of creation. `batches` by their names in the script."""

    world: World
    tasks: tuple[Played, ...]
    batches: Mapping[str, Batch]

    def of_batch(self, name: str) -> Iterator[Played]:
        return (played for played in self.tasks if played.task.batch_id == self.batches[name].id)


def play(script: Script, catalog: Catalog, now: float, *, library: Path, template: str, speed: float = 1.0) -> History:
    """`now` in Unix seconds. `library` and `template` determine the results' paths; `speed` is the simulator's."""
    models = (model for endpoint in catalog.endpoints for model in endpoint.models)
    return _Stage(script, now, World(Knobs(speed=speed), models), library, template).play()


class _Stage:
    def __init__(self, script: Script, now: float, world: World, library: Path, template: str) -> None:
        self._script = script
        self._now = now
        self._world = world
        self._library = library
        self._template = template
        self._key: Fingerprint = fingerprint_of(DEMO_SECRET)
        self._batches = {
            name: Batch(id=BatchId(new_batch_id()), name=found.name, created_at=found.seconds(now))
            for name, found in script.batches.items()
        }
        self._pictures = _numbered_pictures(script)
        self._by_key: dict[str, Played] = {}
        self._still: list[tuple[Played, SimulatedTask]] = []
        """At Runway, and not ended."""

    def play(self) -> History:
        played = [(entry, self._begin(entry, position)) for position, entry in enumerate(self._script.tasks, 1)]
        for entry, one in sorted(played, key=lambda pair: self._sent_at(pair[0])):
            self._go_on(entry, one)
        self._world.advance(self._now)
        for one, simulated in self._still:
            self._ask(one, simulated)
        made = sorted((one for _, one in played), key=lambda one: one.task.created_at)
        return History(world=self._world, tasks=tuple(made), batches=self._batches)

    def _begin(self, entry: ScriptTask, position: int) -> Played:
        endpoint, model, _ = self._script.kinds[entry.kind]
        batch = self._batches.get(entry.batch)
        created = batch.created_at if batch is not None else min(entry.seconds(self._now), self._sent_at(entry))
        parent = self._by_key[entry.again].task.id if entry.again else None
        task = Task(
            id=new_task_id(),
            request=Request(endpoint=endpoint, model=model, values={}, prompt=entry.prompt),
            created_at=created,
            batch_id=batch.id if batch is not None else None,
            project=self._script.projects[entry.project],
            shot=entry.shot,
            title=entry.title,
            parent_id=parent,
            position=float(position),
        )
        born = LedgerEntry(task_id=task.id, at=created, kind="created", detail={"parent": parent} if parent else {})
        played = Played(task, [born])
        if entry.key:
            self._by_key[entry.key] = played
        return played

    def _go_on(self, entry: ScriptTask, played: Played) -> None:
        at = self._sent_at(entry)
        values = self._values(entry, played)
        played.task = replace(played.task, request=replace(played.task.request, values=values))
        if entry.held:
            return
        if entry.dropped:
            played.move(Withdrawn(), at + _LOOKED_AFTER)
            return
        evidence = self._evidence(entry, played.task.request, at)
        played.move(Sending(evidence, self._key), at)
        request = played.task.request
        asked = {**values, "model": request.model, "promptText": entry.prompt + _magic(entry)}
        picture = self._pictures.get(_picture_of(entry, self._script))
        simulated = self._world.create(request.endpoint, asked, at + _ANSWER_TOOK, picture)
        if entry.uncertain:
            self._lose(played, simulated, evidence)
            return
        played.recipe = simulated.recipe
        played.move(Accepted(RemoteId(simulated.id), float(simulated.credits)), at + _ANSWER_TOOK)
        if entry.runs is not None or simulated.ends_at is None:
            self._still.append((played, simulated))
            return
        self._end(played, simulated, simulated.ends_at)
        self._judge(entry, played)

    def _evidence(self, entry: ScriptTask, request: Request, at: float) -> Evidence:
        self._world.advance(at)
        return Evidence(
            asked_before=at - 0.3,
            answered_before=at - 0.1,
            balance_before=float(self._world.balance),
            daily_before=self._world.generations_of_the_day(request.model, at),
        )

    def _lose(self, played: Played, simulated: SimulatedTask, evidence: Evidence) -> None:
        """Accepted by Runway, but the answer was lost."""
        at = simulated.created_at
        lost = replace(evidence, price=float(simulated.credits), cause=Reason(ReasonCode.NO_REPLY))
        played.move(NoAnswer(lost), at + 30.0)
        after = at + 30.0 + _LOOKED_AFTER
        seen = replace(
            lost,
            balance_after=float(self._world.balance),
            daily_after=self._world.generations_of_the_day(simulated.model, after),
        )
        played.move(EvidenceGathered(seen), after)

    def _end(self, played: Played, simulated: SimulatedTask, ends_at: float) -> None:
        self._say(played, simulated, TaskStatus.RUNNING, ends_at - simulated.running_seconds + _NOTICED_AFTER)
        ended = TaskStatus.SUCCEEDED if simulated.failure is None else TaskStatus.FAILED
        self._say(played, simulated, ended, ends_at + _NOTICED_AFTER)
        suffix = FORMATS[simulated.recipe.format].suffix
        played.outputs = tuple(
            replace(output, path=str(self._path_of(played.task, output, suffix, simulated.recipe.count)))
            for output in played.outputs
        )

    def _ask(self, played: Played, simulated: SimulatedTask) -> None:
        """Its present state. A task that would have ended by now is left running, so that the poller notices the
        end."""
        now = self._now - 1.0
        status = simulated.status(now)
        if status in (TaskStatus.SUCCEEDED, TaskStatus.FAILED):
            status = TaskStatus.RUNNING
        if status is TaskStatus.RUNNING:
            began = (simulated.placed_at or now) + simulated.pending_seconds
            self._say(played, simulated, status, min(now, began + _NOTICED_AFTER))
        self._say(played, simulated, status, now)

    def _say(self, played: Played, simulated: SimulatedTask, status: TaskStatus, at: float) -> None:
        is_over = status in (TaskStatus.SUCCEEDED, TaskStatus.FAILED)
        links = range(simulated.recipe.count) if status is TaskStatus.SUCCEEDED else ()
        suffix = FORMATS[simulated.recipe.format].suffix
        answer = Answer(
            remote_id=RemoteId(simulated.id),
            status=status.value,
            created_at=simulated.created_at,
            progress=simulated.progress(at) if status is TaskStatus.RUNNING else None,
            estimated_credits=None if is_over else float(simulated.credits),
            cost_credits=float(simulated.cost) if is_over else None,
            # A link of that earlier run, long expired.
            output=tuple(f"http://127.0.0.1/outputs/{simulated.id}/{index}{suffix}" for index in links),
            failure=FAILURES.get(simulated.failure or "", "") if status is TaskStatus.FAILED else "",
            failure_code=(simulated.failure or "") if status is TaskStatus.FAILED else "",
        )
        played.move(Answered(answer, self._key), at)

    def _judge(self, entry: ScriptTask, played: Played) -> None:
        last = self._now - _JUST_NOW
        at = min(last, (played.task.ended_at or last) + _JUDGED_AFTER)
        tags = tuple(clean_tag(tag) for tag in entry.tags)
        judged = (("rating", entry.rating), ("pick", Pick(entry.pick)), ("tags", tags), ("note", entry.note))
        for what, value in judged:
            if value:
                at = min(last, at + _NOTICED_AFTER)
                played.change(what, value, at)

    def _sent_at(self, entry: ScriptTask) -> float:
        sent = entry.sent_at(self._now)
        ago = self._now - sent
        # The age of a running task depends on the simulator's speed.
        return self._now - _ANSWERED - ago / self._world.knobs.speed if ago < _STILL_RUNS else sent

    def _values(self, entry: ScriptTask, played: Played) -> dict[str, Any]:
        values = {**self._script.kinds[entry.kind][2], "promptText": entry.prompt}
        if entry.seed is not None:
            values["seed"] = entry.seed
        used = [self._by_key[key] for key in ((entry.first,) if entry.first else entry.references)]
        played.sources = tuple(one.task.id for one in used)
        files = [Path(one.outputs[0].path).as_uri() for one in used]
        if entry.first:
            values["promptImage"] = files[0]
        elif files:
            values["referenceImages"] = [{"uri": uri} for uri in files]
        return values

    def _path_of(self, task: Task, output: Output, suffix: str, count: int) -> Path:
        batch = next((found.name for found in self._batches.values() if found.id == task.batch_id), "")
        named = name_values(task, output, ext=suffix[1:], count=count, batch=batch)
        return self._library.joinpath(*render(self._template, named))


Shot = tuple[float, str, str]


def _picture_of(entry: ScriptTask, script: Script) -> Shot:
    """Shots of the same shape need different sample clips."""
    across, down = map(int, script.kinds[entry.kind][2].get("ratio", "1:1").split(":"))
    return round(across / down, 1), entry.project, entry.shot or entry.prompt


def _numbered_pictures(script: Script) -> dict[Shot, int]:
    """A number for each shot that gets a clip; those with the longest clips first, which fewer samples fit."""
    longest: dict[Shot, float] = {}
    for entry in script.tasks:
        seconds = script.kinds[entry.kind][2].get("duration", 0)
        if seconds and not (entry.fate or entry.uncertain or entry.dropped or entry.signed):
            shot = _picture_of(entry, script)
            longest[shot] = max(longest.get(shot, 0), seconds)
    numbers: Counter[float] = Counter()
    found = {}
    for shot in sorted(longest, key=lambda shot: -longest[shot]):
        found[shot] = numbers[shot[0]]
        numbers[shot[0]] += 1
    return found


def _magic(entry: ScriptTask) -> str:
    """Control words for the simulator, sent with the prompt only there."""
    words = f" [fail:{entry.fate}]" if entry.fate else ""
    words += " [signed]" if entry.signed else ""
    return words + (f" [seconds:{entry.runs:g}]" if entry.runs is not None else "")
