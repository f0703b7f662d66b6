"""Shots of a project with their takes: how far each is from the first of its shot, and which picks it stands beside.

`takes_of` is pure; the rest runs on the loop's thread and raises StoreError.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from os.path import basename, dirname

from runway_desktop.domain.library import Filter, GroupBy, Listing, Row, folded, prompt_key
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Input, Pick, Source, TaskId
from runway_desktop.services.engine import Engine
from runway_desktop.services.media.input_fixes import HOME_DIGITS
from runway_desktop.services.tasks.judging import Judged, Judging
from runway_desktop.values import Struct


class ShotTake(Struct, frozen=True, kw_only=True):
    """A task of a shot in any state."""

    row: Row
    media: Media
    """What it makes or made."""
    generation: int = 0
    """0, or one more than the take that it was made of."""
    number: int = 1
    """From 1, among the takes of its place in its shot."""
    source: Source | None = None
    """The result of the shot that it was made of. Of several the furthest."""

    @property
    def place(self) -> tuple[int, Media]:
        """Takes of one place are alternatives to each other: a picture does not take the pick of a clip."""
        return (self.generation, self.media)

    @property
    def is_picked(self) -> bool:
        return self.row.task.pick is Pick.PICK


class ProjectShot(Struct, frozen=True):
    """`takes`: oldest first."""

    name: str
    """Empty: the tasks of the project without a shot."""
    takes: tuple[ShotTake, ...]

    @property
    def picks(self) -> tuple[ShotTake, ...]:
        return tuple(take for take in self.takes if take.is_picked)


def takes_of(rows: Iterable[Row], uses: Iterable[Input], makes: Callable[[str], Media]) -> tuple[ShotTake, ...]:
    """The takes of one shot. `rows`: oldest first. `uses`: inputs of any tasks. `makes`: what an endpoint makes.

    A take was made of the result that it names, else of those of the shot whose bytes it took. The program's own copy
    of a result, such as a clip's last frame, counts as the result; of two results with the same bytes the older one.
    """
    inputs: dict[TaskId, list[Input]] = defaultdict(list)
    for use in uses:
        inputs[use.task_id].append(use)
    made: dict[Source | str, tuple[int, Source]] = {}
    takes: list[ShotTake] = []
    for row in rows:
        task = row.task
        names: list[Source | str] = [task.made_of] if task.made_of is not None else []
        if not names:
            # A queued task's inputs were not hashed yet.
            names = [name for use in inputs[task.id] for name in (use.sha256 or use.path, basename(dirname(use.path)))]
        sources = [made[name] for name in names if name in made]
        before, source = max(sources, key=lambda one: one[0], default=(-1, None))
        for output in row.outputs:
            own = (before + 1, Source(task.id, output.index))
            made[own[1]] = own
            for name in filter(None, (output.sha256, output.sha256[:HOME_DIGITS], output.path)):
                made.setdefault(name, own)
        media = row.outputs[0].media if row.outputs else makes(task.request.endpoint)
        number = 1 + sum(one.place == (before + 1, media) for one in takes)
        takes.append(ShotTake(row=row, media=media, generation=before + 1, number=number, source=source))
    return tuple(takes)


class Shots:
    def __init__(self, engine: Engine, judging: Judging) -> None:
        self._engine = engine
        self._judging = judging

    async def of_project(self, project: str) -> tuple[ProjectShot, ...]:
        """In the order of their names, where numbers count as numbers; last the tasks without a shot. Removed tasks are
        left out."""
        by_name: dict[str, list[Row]] = defaultdict(list)
        rows = await self._rows(Filter(projects=frozenset({project})))
        for row in rows:
            by_name[row.task.shot].append(row)
        uses, makes = await self._uses(rows), self._engine.catalog.makes
        names = sorted(by_name, key=in_sheet_order)
        return tuple(ProjectShot(name, takes_of(by_name[name], uses[name], makes)) for name in names)

    async def pick_instead(self, task_ids: Sequence[TaskId]) -> Judged:
        """Makes these the only picks of their places in their shots, as one judgment. A task without a shot stands
        beside those of the same project and prompt, as in the large view."""
        others = {take.row.task.id for takes in (await self.rivals(task_ids)).values() for take in takes}
        return await self._judging.pick_instead(task_ids, list(others))

    async def rivals(self, task_ids: Sequence[TaskId]) -> Mapping[TaskId, Sequence[ShotTake]]:
        """By task, the other picks of its place in its shot, without these tasks."""
        chosen = {row.task.id: row for row in await self._engine.library.rows(task_ids)}
        found: dict[TaskId, Sequence[ShotTake]] = {}
        for project, shot in dict.fromkeys((row.task.project, row.task.shot) for row in chosen.values()):
            picks = frozenset() if shot else frozenset({Pick.PICK})
            there = await self._rows(Filter(projects=frozenset({project}), shots=frozenset({shot}), picks=picks))
            rows = [*there, *(row for row in chosen.values() if row.task.shot == shot and row not in there)]
            takes = takes_of(rows, (await self._uses(rows))[shot], self._engine.catalog.makes)
            others = [take for take in takes if take.is_picked and take.row.task.id not in chosen]
            for take in takes:
                if take.row.task.id in chosen:
                    found[take.row.task.id] = [one for one in others if _rivals(one) == _rivals(take)]
        return found

    async def _rows(self, wanted: Filter) -> Sequence[Row]:
        library = self._engine.library
        return await library.rows(
            (await library.list(Listing(filter=wanted, descending=False, group=GroupBy.NONE))).ids
        )

    async def _uses(self, rows: Sequence[Row]) -> Mapping[str, Sequence[Input]]:
        """Inputs by shot, of the tasks that do not name what they were made of."""
        shots = {row.task.id: row.task.shot for row in rows if row.task.made_of is None}
        found: dict[str, list[Input]] = defaultdict(list)
        for use in await self._engine.library.inputs_of(list(shots)):
            found[shots[use.task_id]].append(use)
        return found


def _rivals(take: ShotTake) -> tuple[object, Media]:
    task = take.row.task
    return take.place if task.shot else (prompt_key(task.request) or task.id, take.media)


def in_sheet_order(name: str) -> tuple[bool, list[object], str]:
    """Sorts "9" before "010" and "10", and names before no name."""
    parts = re.split(r"([0-9]+)", folded(name))
    # Text and digits alternate. Numbers of any length are compared without converting them.
    key: list[object] = [(len(one.lstrip("0")), one.lstrip("0")) if at % 2 else one for at, one in enumerate(parts)]
    return (not name, key, name)
