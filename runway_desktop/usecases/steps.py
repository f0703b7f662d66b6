"""The steps of a project: its shots by the steps of a chain, and what *Continue* makes of the picks.

Nothing goes on by itself: `bill` prepares the tasks of the next steps through the one way to spend, and `send` stores
them after the questions were answered. What was continued is known from the tasks themselves, so that neither a crash
nor another program that asks at the same time makes it twice. Loop's thread only; StoreError passes.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from pathlib import Path
from typing import Any

from msgspec import convert

from runway_desktop.catalog import (
    AssetItem,
    Catalog,
    Pair,
    asset_items,
    asset_value,
    assets_in,
    is_left_out,
    prompt_of,
    validate,
)
from runway_desktop.catalog.catalog import length_left_out, starting_values
from runway_desktop.catalog.labels import endpoint_label, model_label
from runway_desktop.domain.caps import HeldBack
from runway_desktop.domain.errors import NotPossible, RunwayDesktopError
from runway_desktop.domain.film.steps import Chain, ChainId, Step, StepInput, column_of, is_continuation
from runway_desktop.domain.inputs import last_frame, with_moved_files
from runway_desktop.domain.library import Document
from runway_desktop.domain.media import Media
from runway_desktop.domain.prices import addresses_in
from runway_desktop.domain.task import MemberId, Output, Request, Source, StepId, Task, TaskId
from runway_desktop.services.engine import Engine
from runway_desktop.services.intake.found_inputs import FoundInput, problem_for
from runway_desktop.services.money.pricing import Price
from runway_desktop.services.settings import CHAINS
from runway_desktop.services.tasks.submission import Ask, NewTask, Origin, Prepared, TaskSource
from runway_desktop.texts import Text, _, in_turn, listed, ngettext
from runway_desktop.usecases.casting import as_asked, cast_into
from runway_desktop.usecases.commands.results import MOVED_AWAY
from runway_desktop.usecases.question import Question
from runway_desktop.usecases.sending.questions import question_for
from runway_desktop.usecases.sending.sending import NotAnswered, TaskSender
from runway_desktop.usecases.shots import Shots, ShotTake
from runway_desktop.values import Struct, as_json, replace

NEEDS_WINDOW = Text("Only the window can take the last frame of “{name}”. Continue it there once.")
_GONE_MODEL = Text("The catalog has no model “{model}” for this.")
_REPEAT = frozenset({Ask.REPEAT})
_SAMPLE = "https://example.com/input"

Frame = Callable[[Path, float | None], Awaitable[Path]]
"""Decodes the last frame of a clip before its *out* and keeps it (`InputFixer.keep_frame`, `last_frame`); returns its
path. RunwayDesktopError."""
Mark = tuple[Source, StepId]
Reader = Callable[[], AbstractContextManager[None]]


class Ready(Struct, frozen=True, kw_only=True):
    """A pick, and the step that it can go on to. `request` is what it makes, `step.amount` times; the file of its last
    frame may not exist yet."""

    take: ShotTake
    output: Output
    step: Step
    request: Request
    cast: tuple[MemberId, ...]
    """The members that its prompt names."""
    unknown: tuple[str, ...]
    """Names after an @ in it that nobody in the cast has."""

    @property
    def mark(self) -> Mark:
        return Source(self.output.task_id, self.output.index), self.step.id


class Cell(Struct, frozen=True, kw_only=True):
    """A shot in a step: its takes, oldest first; the picks of the step before that are ready to go on to this one;
    those that did; and why others cannot, a sentence for each."""

    takes: tuple[ShotTake, ...] = ()
    coming: tuple[Ready, ...] = ()
    done: tuple[Ready, ...] = ()
    problems: tuple[Text, ...] = ()


class BoardRow(Struct, frozen=True):
    """A shot. Without a `name`: the tasks of the project without a shot. `prompt`: of its first take. `others`: takes
    of a kind that no step makes."""

    name: str
    prompt: str
    cells: tuple[Cell, ...]
    others: tuple[ShotTake, ...]


class Column(Struct, frozen=True):
    """A step. `problem`: why nothing can be made by it; empty if something can. `price`: of one take, as far as it
    does not depend on the pick."""

    step: Step
    makes: Media
    problem: Text | str
    price: Price | None


class Board(Struct, frozen=True, kw_only=True):
    project: str
    chain: Chain
    columns: tuple[Column, ...]
    rows: tuple[BoardRow, ...]

    def ready(self, step: StepId | None = None) -> tuple[Ready, ...]:
        """All picks that are ready to go on, by step, or those that go on to one step."""
        cells = (row.cells[at] for at in range(len(self.columns)) for row in self.rows)
        return tuple(one for cell in cells for one in cell.coming if step in (None, one.step.id))


class Bill(Struct, frozen=True, kw_only=True):
    """What *Continue* would make, and what it asks. `prepared`: None if nothing is left to send. `left_out`: why some
    of the picks do not go on, a sentence for each. `again`: how many of them were continued to their step before."""

    prepared: Prepared | None
    ready: tuple[Ready, ...]
    left_out: tuple[Text, ...] = ()
    again: int = 0


class Steps:
    def __init__(self, engine: Engine, sending: Callable[[], TaskSender], shots: Callable[[], Shots]) -> None:
        self._engine = engine
        self._sending = sending
        self._shots = shots

    async def chains(self) -> Sequence[Chain]:
        """By name."""
        return [convert(json.loads(text), Chain) for text in await self._engine.library.documents(Document.CHAIN)]

    async def save(self, chain: Chain) -> Chain | None:
        """Adds or changes a chain. Returns what it was before; saving that undoes the change."""
        before = next((one for one in await self.chains() if one.id == chain.id), None)
        text = json.dumps(as_json(chain))
        await self._engine.library.save_document(Document.CHAIN, chain.id, chain.name, self._engine.clock.now(), text)
        return before

    async def remove(self, chain_id: ChainId) -> Chain | None:
        """Deletes a chain; what was made with it stays. Returns it as it was, for undo; None if there is none."""
        before = next((one for one in await self.chains() if one.id == chain_id), None)
        await self._engine.library.delete_document(Document.CHAIN, chain_id)
        return before

    async def chain_of(self, project: str) -> Chain | None:
        """The chain that a project shows; if none was chosen, the only one."""
        chains, chosen = await self.chains(), self._chosen.get(project)
        found = next((one for one in chains if one.id == chosen), None)
        return found or (chains[0] if len(chains) == 1 else None)

    def show(self, project: str, chain_id: ChainId) -> None:
        """Chooses the chain of a project."""
        self._engine.settings.set(CHAINS, {**self._chosen, project: chain_id})

    async def board(self, project: str, chain: Chain) -> Board:
        """The shots of a project by the steps of a chain."""
        catalog, price = self._engine.catalog, self._engine.pricing.price
        makes = [catalog.makes(step.endpoint) for step in chain.steps]
        columns = tuple(
            Column(step, media, "", price(found)) if isinstance(found, Request) else Column(step, media, found, None)
            for step, media, found in zip(chain.steps, makes, _samples(chain, catalog), strict=True)
        )
        shots = await self._shots().of_project(project)
        await self._engine.cast.load()
        picked = [output for shot in shots for take in shot.picks for output in take.row.outputs]
        marks = await self._marks([Source(one.task_id, one.index) for one in picked], chain.steps)
        rows = []
        for shot in shots:
            # There may be hundreds, and a window beside them.
            await self._engine.clock.sleep(0)
            placed: list[list[ShotTake]] = [[] for _ in columns]
            others: list[ShotTake] = []
            for take in shot.takes:
                at = column_of(chain, makes, take.row.task.step, take.generation, take.media)
                (others if at is None else placed[at]).append(take)
            of_id = {take.row.task.id: take for take in shot.takes}
            cells = [
                self._cell(column, placed[at], placed[at - 1] if at else (), marks, of_id)
                for at, column in enumerate(columns)
            ]
            rows.append(BoardRow(shot.name, shot.takes[0].row.task.request.prompt, tuple(cells), tuple(others)))
        return Board(project=project, chain=chain, columns=columns, rows=tuple(rows))

    async def bill(self, ready: Iterable[Ready], frame: Frame | None = None, *, reader: Reader = nullcontext) -> Bill:
        """Prepares what these picks make; stores nothing. `frame`: for last frames that are not kept yet, which only a
        window can decode; without it, their picks are left out. `reader`: `english` for another program."""
        left_out: list[Text] = []
        found: list[Ready] = []
        for one in {one.mark: one for one in ready}.values():
            try:
                found.append(await self._with_frame(one, frame))
            except RunwayDesktopError as error:
                left_out.append(_about(one, error.text))
        # Their lengths and sizes are part of the price.
        looks = await self._engine.intake.look([uri for one in found for uri in _files_of(one)])
        with reader():
            problems = [self._problem(one, looks) for one in found]
        left_out += [_about(one, problem) for one, problem in zip(found, problems, strict=True) if problem]
        going = [one for one, problem in zip(found, problems, strict=True) if not problem]
        if not going:
            return Bill(prepared=None, ready=(), left_out=tuple(left_out))
        titles = dict.fromkeys(title_of(one.step) for one in going)
        new = [task for one in going for task in tasks_of(one)]
        name = " · ".join((going[0].take.row.task.project, *titles)) if len(new) > 1 else ""
        origin = Origin(TaskSource.STEPS, tuple(one.mark for one in going))
        prepared = await self._sending().prepare_many(new, origin, batch_name=name)
        again = await self.made(going)
        prepared.asks |= _REPEAT if again else frozenset()
        return Bill(prepared=prepared, ready=tuple(going), left_out=tuple(left_out), again=len(again))

    async def send(
        self, bill: Bill, answers: Collection[Ask] = (), *, raises: HeldBack | None = None
    ) -> tuple[TaskId, ...]:
        """Stores the tasks of a bill; all or none. `answers`: the questions that were answered with yes. `raises`: the
        cap to raise after that. NotAnswered if a question is open: `Ask.REPEAT` if one of the picks was continued
        before, or was meanwhile."""
        if bill.prepared is None:
            raise NotPossible(Text("No pick is ready to go on."))
        async with self.one_by_one:
            asks = _REPEAT if await self.made(bill.ready) else frozenset()
            bill.prepared.asks |= asks
            try:
                ids = await self._sending().send(bill.prepared, answers)
            except NotAnswered as error:
                error.prepared.asks |= asks
                raise
        if raises is not None:
            await self._engine.queue_acts.raise_cap(raises)
        return ids

    @property
    def _chosen(self) -> Mapping[str, str]:
        found = self._engine.settings.get(CHAINS)
        return found if isinstance(found, dict) else {}

    async def _marks(self, sources: Sequence[Source], steps: Sequence[Step]) -> frozenset[Mark]:
        """Which of these results were continued to which of these steps."""
        if not (sources and steps):
            return frozenset()
        made = await self._engine.library.continued(sources, [step.id for step in steps])
        return frozenset(
            (task.made_of, task.step) for task in made if task.made_of and task.step and is_continuation(task)
        )

    async def made(self, ready: Sequence[Ready]) -> frozenset[Mark]:
        """Which of these were continued by now."""
        marks = await self._marks([one.mark[0] for one in ready], [one.step for one in ready])
        return marks & {one.mark for one in ready}

    def _cell(
        self, column: Column, takes: Sequence[ShotTake], before: Sequence[ShotTake], marks: Collection[Mark],
        of_id: Mapping[TaskId, ShotTake],
    ) -> Cell:  # fmt: skip
        coming: list[Ready] = []
        done: list[Ready] = []
        problems: list[Text] = []
        for take in () if column.problem else before:
            if not take.is_picked:
                continue
            found = self._ready(take, column.step, _first(take, of_id))
            if isinstance(found, Text):
                problems.append(found)
            elif found is not None:
                (done if found.mark in marks else coming).append(found)
        return Cell(takes=tuple(takes), coming=tuple(coming), done=tuple(done), problems=tuple(problems))

    def _ready(self, take: ShotTake, step: Step, first: Task) -> Ready | Text | None:
        """Or why it cannot go on; None if it is not saved yet."""
        outputs, engine = take.row.outputs, self._engine
        output = next((one for one in outputs if one.is_here), None)
        if output is None:
            gone = next((one for one in outputs if one.is_missing), None)
            return MOVED_AWAY.with_(name=Path(gone.path).name) if gone is not None else None
        pair = engine.catalog.pair(step.endpoint, step.model)
        path, media = Path(output.path), output.media
        if step.input is StepInput.LAST_FRAME:
            words = last_frame(take.row.task.out(output.index))
            path, media = engine.input_fixer.frame_path(path, output.sha256, words), Media.IMAGE
        if pair is None or (step.input is not StepInput.NOTHING and pair.field_taking(media) is None):
            return _not_taken(step, media)
        prompt = step.prompt(as_asked(first, engine.cast.now.members, engine.catalog), take.row.task.note)
        request = _request(pair, step, prompt, AssetItem(uri=path.as_uri(), media=media))
        casting = cast_into(pair, request.values, engine.cast.now)
        request = replace(request, values=casting.values, prompt=prompt_of(pair, casting.values))
        return Ready(take=take, output=output, step=step, request=request, cast=casting.ids, unknown=casting.unknown)

    async def _with_frame(self, one: Ready, frame: Frame | None) -> Ready:
        """The same with a last frame that exists. RunwayDesktopError if there is none."""
        clip, out = Path(one.output.path), one.take.row.task.out(one.output.index)
        if one.step.input is not StepInput.LAST_FRAME:
            return one
        kept = self._engine.input_fixer.frame_path(clip, one.output.sha256, last_frame(out))
        if not await self._engine.input_fixer.is_kept(kept):
            if frame is None:
                raise NotPossible(NEEDS_WINDOW.with_(name=clip.name))
            moved = {kept.as_uri(): (await frame(clip, out)).as_uri()}
            request = replace(one.request, values=with_moved_files(one.request.values, moved))
            return replace(one, request=request)
        return one

    def _problem(self, one: Ready, looks: Mapping[str, FoundInput]) -> Text | str:
        pair = self._engine.catalog.pair(one.request.endpoint, one.request.model)
        if pair is None:
            return _not_taken(one.step, one.output.media)
        for asset in assets_in(pair, one.request.values):
            if asset.uri in looks and (problem := problem_for(looks[asset.uri], asset.field, pair)):
                return problem
        return next((finding.message for finding in validate(pair, one.request.values)), "")

    @cached_property
    def one_by_one(self) -> asyncio.Lock:
        """Held from the look at what was continued until new tasks are stored."""
        return asyncio.Lock()


def problems_of(chain: Chain, catalog: Catalog) -> list[Text | str]:
    """Of each step, why nothing can be made by it, as a sentence; empty if something can. The first step takes no
    pick."""
    return ["" if isinstance(one, Request) else one for one in _samples(chain, catalog)]


def _samples(chain: Chain, catalog: Catalog) -> Iterator[Request | Text | str]:
    """A request of each step, or why there is none."""
    for at, step in enumerate(chain.steps):
        before = chain.steps[at - 1] if at else None
        pair = catalog.pair(step.endpoint, step.model)
        made = Media.OTHER if before is None else catalog.makes(before.endpoint)
        media = Media.IMAGE if step.input is StepInput.LAST_FRAME else made
        takes = before is not None and step.input is not StepInput.NOTHING
        if any(step.id == one.id for one in chain.steps[:at]):
            yield Text("This step is in the chain already.")
        elif pair is None:
            yield _GONE_MODEL.with_(model=model_label(step.model))
        elif before is not None and step.input is StepInput.LAST_FRAME and not made.kind.has_frames:
            yield Text("“{step}” makes no clip, so there is no last frame.").with_(step=title_of(before))
        elif takes and pair.field_taking(media) is None:
            yield _not_taken(step, media)
        else:
            request = _request(
                pair, step, step.prompt("x", "x"), AssetItem(uri=_SAMPLE, media=media) if takes else None
            )
            yield next((finding.message for finding in validate(pair, request.values)), request)


def title_of(step: Step) -> str:
    return step.title or endpoint_label(step.endpoint)


def question_of(bill: Bill, above: float | None) -> Question | None:
    """All questions of a bill in one; None if there are none. `above` as for `question_for`."""
    if bill.prepared is None:
        return None
    money = question_for(bill.prepared, above)
    if Ask.REPEAT not in bill.prepared.asks:
        return money
    said = ngettext(
        "{n} pick was continued before. Its results stay; the new one is charged.",
        "{n} picks were continued before. Their results stay; the new ones are charged.",
        bill.again,
    )
    return Question(
        ngettext("Continue {n} pick again?", "Continue {n} picks again?", len(bill.ready)),
        str(in_turn(said, money.text if money is not None else "")),
        money.yes if money is not None else ngettext("Continue {n} pick", "Continue {n} picks", len(bill.ready)),
        _("Don't send"),
        prepared=bill.prepared,
    )


def whose_words(ready: Iterable[Ready]) -> str:
    """Whose picks they are: "Your picks", "6 picks: 4 yours, 2 of Jana"."""
    counts = Counter(one.take.row.task.picked_by for one in ready)
    if not counts.keys() - {""}:
        return ngettext("Your pick", "Your {n} picks", counts[""])
    said = [ngettext("{n} yours", "{n} yours", counts.pop(""))] if counts[""] else []
    return listed([*said, *(_("{n} of {name}", n=n, name=name) for name, n in counts.items() if n)])


def _request(pair: Pair, step: Step, prompt: str, item: AssetItem | None) -> Request:
    values: dict[str, Any] = {**length_left_out(pair), **starting_values(pair)}
    values |= {name: value for name, value in step.values.items() if pair.field(name) is not None}
    if step.amount > 1:
        # The same seed gives similar results.
        values.pop("seed", None)
    if pair.prompt_field is not None and prompt:
        values[pair.prompt_field.name] = prompt
    field = pair.field_taking(item.media) if item is not None and step.input is not StepInput.NOTHING else None
    if item is not None and field is not None:
        is_placed = bool(field.positions) and field.required
        item = replace(item, position=field.positions[0] if is_placed else None)
        values[field.name] = asset_value(field, [item, *asset_items(field, step.values.get(field.name))])
    values = {name: value for name, value in values.items() if not is_left_out(value)}
    return Request(endpoint=pair.endpoint, model=pair.model, values=values, prompt=prompt_of(pair, values))


def tasks_of(one: Ready) -> list[NewTask]:
    task, (source, step) = one.take.row.task, one.mark
    return [
        NewTask(request=one.request, project=task.project, shot=task.shot, step=step, made_of=source, cast=one.cast)
        for _ in range(one.step.amount)
    ]


def _first(take: ShotTake, of_id: Mapping[TaskId, ShotTake]) -> Task:
    """The task whose prompt began what this take goes on from."""
    while take.source is not None and take.source.task_id in of_id:
        take = of_id[take.source.task_id]
    return take.row.task


def _files_of(one: Ready) -> list[str]:
    return [uri for value in one.request.values.values() for uri in addresses_in(value) if uri.startswith("file:")]


def _about(one: Ready, problem: Text | str) -> Text:
    """A problem of a pick, which begins with its shot."""
    shot = one.take.row.task.shot
    return (
        Text("{shot}: {problem}").with_(shot=shot, problem=problem)
        if shot
        else Text("{problem}").with_(problem=problem)
    )


def _not_taken(step: Step, media: Media) -> Text:
    # Translators: kind is "picture", "clip" or "sound".
    return Text("{model} takes no {kind}.").with_(model=model_label(step.model), kind=media.kind.word)
