"""Two weeks of invented work for the demo (`resources/studio.json`), played on the simulated organization and through
the engine's transitions, each request at its own time. The result is what the engine would have stored, and the
organization's state.

Time is a parameter; reads one file, stores nothing. Raises msgspec.ValidationError, ImpossibleMove and KeyError for an
invalid script. Only the demo imports it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import msgspec

from runway_desktop.catalog import Catalog
from runway_desktop.catalog.resource_path import resource
from runway_desktop.domain.account import Fingerprint, fingerprint_of
from runway_desktop.domain.advance import (
    Accepted,
    Answer,
    Answered,
    EvidenceGathered,
    NoAnswer,
    Sending,
    Transition,
    Withdrawn,
)
from runway_desktop.domain.cast import MemberKind
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.filenames import render
from runway_desktop.domain.film.steps import Chain
from runway_desktop.domain.library import LedgerEntry, clean_tag
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import (
    Batch,
    BatchId,
    Evidence,
    MemberId,
    Output,
    Pick,
    RemoteId,
    Request,
    Source,
    Task,
    TaskId,
    new_batch_id,
    new_task_id,
)
from runway_desktop.services.results.result_file import name_values
from runway_desktop.services.tasks.task_changes import advance, ledger_line, results_of
from runway_desktop.simulator.child import DEMO_SECRET
from runway_desktop.simulator.outputs import FORMATS, Recipe
from runway_desktop.simulator.world import FAILURES, Knobs, SimulatedTask, TaskStatus, World
from runway_desktop.values import Struct, field, replace

At = float | str
"""Minutes ago, or a day relative to today (0 or less) with a local time of day: "-13 09:42"."""
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


class ScriptBatch(Struct, frozen=True):
    """`sheet`: whether it was sent from a sheet with unsent rows, which are `Script.unsent`."""

    name: str
    at: At
    sheet: bool = False


class ScriptMember(Struct, frozen=True):
    """A member of the cast, with its name as id. `files` and `voice`: keys of tasks whose results it has."""

    kind: MemberKind
    words: str
    files: tuple[str, ...]
    voice: str = ""


class ScriptTask(Struct, frozen=True, kw_only=True):
    """One task. `sent`: for a task that waited in a batch. `first` and `references`: keys of tasks whose results it
    uses; `again`: of the task of which it is another take. `picture` selects the sample of its result. `cast`: names of
    members. `fate` is the code of its failure. `runs`: total seconds of a task that is still running. `signed`: its
    result has content credentials."""

    kind: str
    prompt: str
    project: str
    at: At
    sent: At | None = None
    key: str = ""
    shot: str = ""
    title: str = ""
    batch: str = ""
    seed: int | None = None
    first: str = ""
    references: tuple[str, ...] = ()
    again: str = ""
    picture: int = 0
    cast: tuple[str, ...] = ()
    rating: int = 0
    pick: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""
    fate: str = ""
    runs: float | None = None
    uncertain: bool = False
    dropped: bool = False
    held: bool = False
    signed: bool = False


class Script(Struct, frozen=True):
    """`kinds`: endpoint, model and settings by name. `projects`: their names by letter. `chain`: steps of the first
    project. `searches`: lines by name. `presets`: kind and number of the key by name."""

    projects: dict[str, str]
    day_cap: float
    project_caps: dict[str, float]
    kinds: dict[str, tuple[str, str, dict[str, Any]]]
    batches: dict[str, ScriptBatch]
    cast: dict[str, ScriptMember]
    chain: Chain
    tasks: tuple[ScriptTask, ...]
    unsent: tuple[dict[str, Any], ...]
    searches: dict[str, str]
    presets: dict[str, tuple[str, int]]


def read_script() -> Script:
    return msgspec.json.decode(resource("studio.json").read_bytes(), type=Script)


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


class History(Struct, frozen=True):
    """The whole history, in order of creation. `batches` by their names in the script, `by_key` some of the tasks."""

    world: World
    tasks: tuple[Played, ...]
    batches: Mapping[str, Batch]
    by_key: Mapping[str, Played]


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
            name: Batch(id=BatchId(new_batch_id()), name=found.name, created_at=self._seconds(found.at))
            for name, found in script.batches.items()
        }
        self._by_key: dict[str, Played] = {}
        self._still: list[tuple[Played, SimulatedTask]] = []
        """At Runway, and not ended."""

    def play(self) -> History:
        in_turn = sorted(enumerate(self._script.tasks, 1), key=lambda numbered: self._sent_at(numbered[1]))
        made = [self._begin(entry, position) for position, entry in in_turn]
        self._world.advance(self._now)
        for played, simulated in self._still:
            self._ask(played, simulated)
        return History(self._world, tuple(sorted(made, key=_place)), self._batches, self._by_key)

    def _begin(self, entry: ScriptTask, position: int) -> Played:
        endpoint, model, settings = self._script.kinds[entry.kind]
        batch = self._batches.get(entry.batch)
        at = self._sent_at(entry)
        created = batch.created_at if batch is not None else min(self._seconds(entry.at), at)
        parent = self._by_key[entry.again].task.id if entry.again else None
        used = [self._by_key[key] for key in ((entry.first,) if entry.first else entry.references)]
        files = [Path(one.outputs[0].path).as_uri() for one in used]
        values = {**settings, "promptText": entry.prompt}
        if entry.seed is not None:
            values["seed"] = entry.seed
        if entry.first:
            values["promptImage"] = files[0]
        elif files:
            values["referenceImages"] = [{"uri": uri} for uri in files]
        steps = [step.id for step in self._script.chain.steps if entry.first and step.endpoint == endpoint]
        task = Task(
            id=new_task_id(),
            request=Request(endpoint=endpoint, model=model, values=values, prompt=entry.prompt),
            created_at=created,
            batch_id=batch.id if batch is not None else None,
            project=self._script.projects[entry.project],
            shot=entry.shot,
            title=entry.title,
            parent_id=parent,
            position=float(position),
            cast=tuple(map(MemberId, entry.cast)),
            step=next(iter(steps), None),
            made_of=Source(used[0].task.id, 0) if steps else None,
        )
        born = LedgerEntry(task_id=task.id, at=created, kind="created", detail={"parent": parent} if parent else {})
        played = Played(task, [born], sources=tuple(one.task.id for one in used))
        if entry.key:
            self._by_key[entry.key] = played
        if entry.dropped:
            played.move(Withdrawn(), at + _LOOKED_AFTER)
        elif not entry.held:
            self._send(entry, played, at)
        return played

    def _send(self, entry: ScriptTask, played: Played, at: float) -> None:
        request = played.task.request
        self._world.advance(at)
        evidence = Evidence(
            asked_before=at - 0.3,
            answered_before=at - 0.1,
            balance_before=float(self._world.balance),
            daily_before=self._world.generations_of_the_day(request.model, at),
        )
        played.move(Sending(evidence, self._key), at)
        # Control words for the simulator, sent with the prompt only here.
        words = f" [fail:{entry.fate}]" if entry.fate else ""
        words += " [signed]" if entry.signed else ""
        words += f" [seconds:{entry.runs:g}]" if entry.runs is not None else ""
        asked = {**request.values, "model": request.model, "promptText": entry.prompt + words}
        simulated = self._world.create(request.endpoint, asked, at + _ANSWER_TOOK, entry.picture)
        if entry.uncertain:
            self._lose(played, simulated, evidence)
            return
        played.recipe = simulated.recipe
        played.move(Accepted(RemoteId(simulated.id), float(simulated.credits)), at + _ANSWER_TOOK)
        if entry.runs is not None or simulated.ends_at is None:
            self._still.append((played, simulated))
            return
        began = simulated.ends_at - simulated.running_seconds
        self._say(played, simulated, TaskStatus.RUNNING, began + _NOTICED_AFTER)
        ended = TaskStatus.SUCCEEDED if simulated.failure is None else TaskStatus.FAILED
        self._say(played, simulated, ended, simulated.ends_at + _NOTICED_AFTER)
        played.outputs = tuple(
            replace(output, path=str(self._path_of(played, output, simulated.recipe))) for output in played.outputs
        )
        self._judge(entry, played)

    def _lose(self, played: Played, simulated: SimulatedTask, evidence: Evidence) -> None:
        """Accepted by Runway, but the answer was lost."""
        at = simulated.created_at + 30.0
        lost = replace(evidence, price=float(simulated.credits), cause=Reason(ReasonCode.NO_REPLY))
        played.move(NoAnswer(lost), at)
        after = at + _LOOKED_AFTER
        counted = self._world.generations_of_the_day(simulated.model, after)
        seen = replace(lost, balance_after=float(self._world.balance), daily_after=counted)
        played.move(EvidenceGathered(seen), after)

    def _ask(self, played: Played, simulated: SimulatedTask) -> None:
        """Its present state. A task that would have ended by now is left running, so that the poller notices the
        end."""
        now = self._now - 1.0
        status = simulated.status(now)
        if status in (TaskStatus.RUNNING, TaskStatus.SUCCEEDED, TaskStatus.FAILED):
            status = TaskStatus.RUNNING
            began = (simulated.placed_at or now) + simulated.pending_seconds
            self._say(played, simulated, status, min(now, began + _NOTICED_AFTER))
        self._say(played, simulated, status, now)

    def _say(self, played: Played, simulated: SimulatedTask, status: TaskStatus, at: float) -> None:
        is_over = status in (TaskStatus.SUCCEEDED, TaskStatus.FAILED)
        failure = (simulated.failure or "") if status is TaskStatus.FAILED else None
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
            failure="" if failure is None else FAILURES.get(failure, ""),
            failure_code=failure or "",
        )
        played.move(Answered(answer, self._key), at)

    def _judge(self, entry: ScriptTask, played: Played) -> None:
        last = self._now - _JUST_NOW
        at = min(last, (played.task.ended_at or last) + _JUDGED_AFTER)
        tags = tuple(clean_tag(tag) for tag in entry.tags)
        judged = {"rating": entry.rating, "pick": Pick(entry.pick), "tags": tags, "note": entry.note}
        for what, value in judged.items():
            if value:
                at = min(last, at + _NOTICED_AFTER)
                picked = {"picked_at": at} if what == "pick" else {}
                played.task = replace(played.task, **{what: value}, **picked)  # type: ignore[arg-type]
                played.entries.append(LedgerEntry(task_id=played.task.id, at=at, kind=what, detail={}))

    def _path_of(self, played: Played, output: Output, recipe: Recipe) -> Path:
        batch = next((found.name for found in self._batches.values() if found.id == played.task.batch_id), "")
        ext = FORMATS[recipe.format].suffix[1:]
        named = name_values(played.task, output, ext=ext, count=recipe.count, batch=batch)
        return self._library.joinpath(*render(self._template, named))

    def _sent_at(self, entry: ScriptTask) -> float:
        sent = self._seconds(entry.at if entry.sent is None else entry.sent)
        ago = self._now - sent
        # The age of a running task depends on the simulator's speed.
        return self._now - _ANSWERED - ago / self._world.knobs.speed if ago < _STILL_RUNS else sent

    def _seconds(self, at: At) -> float:
        """In Unix seconds."""
        if not isinstance(at, str):
            return self._now - at * 60
        day, _, clock = at.partition(" ")
        today = datetime.fromtimestamp(self._now).date()
        return datetime.combine(today + timedelta(days=int(day)), time.fromisoformat(clock)).timestamp()


def _place(played: Played) -> tuple[float, float]:
    return played.task.created_at, played.task.position
