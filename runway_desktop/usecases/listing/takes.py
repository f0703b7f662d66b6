"""Results shown side by side or one after the other: takes, stacks and shots, and their differences. Pure.

Also a task's relatives as thumbnails: `family_of` runs on the loop's thread and raises StoreError.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from runway_desktop.catalog import Catalog, settings_line
from runway_desktop.catalog.labels import field_words, model_label
from runway_desktop.domain.library import Row, prompt_key
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Output, Pick, Task, TaskId
from runway_desktop.services.engine import Engine
from runway_desktop.services.library.lineage import Kin, Tree
from runway_desktop.texts import _, ngettext, quoted
from runway_desktop.usecases.requests.input_item import label_at
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.tasks import stars
from runway_desktop.values import Struct


class Take(Struct, frozen=True):
    """One result."""

    task: Task
    output: Output

    @property
    def path(self) -> Path:
        return Path(self.output.path)

    @property
    def media(self) -> Media:
        return self.output.media

    @property
    def key(self) -> tuple[TaskId, int]:
        return (self.task.id, self.output.index)

    @property
    def prompt(self) -> str:
        """Equal for takes of one prompt."""
        return prompt_key(self.task.request) or self.task.id

    @property
    def content(self) -> tuple[object, ...]:
        """Identity of its file's content, as far as known: if it changes, the file must be read again."""
        signs = self.output.look.signs if self.output.is_changed else None
        return (self.path, self.media, self.output.is_missing, signs)

    def facts(self, differing: Sequence[str] = ()) -> str:
        """The differences from the others, or if there are none "Gen-4.5 · seed 41207"; then "60 credits"."""
        seed = self.task.request.values.get("seed")
        price = self.task.credits
        return " · ".join(
            part
            for part in (
                *(
                    differing
                    or (
                        model_label(self.task.request.model),
                        _("seed {seed}", seed=str(seed)) if seed is not None else "",
                    )
                ),
                units.credits_in_words(price) if price is not None else "",
            )
            if part
        )

    def judgment(self) -> str:
        """ "★★★★☆ · picked", "★★☆☆☆ · rejected", "not rated"."""
        picked = {Pick.PICK: _("picked"), Pick.REJECT: _("rejected")}.get(self.task.pick, "")
        return " · ".join(part for part in (stars(self.task.rating), picked) if part) or _("not rated")


class Shot(Struct, frozen=True):
    """Tasks of one shot of a project, or else of one prompt, in the order of the list."""

    title: str
    rows: tuple[Row, ...]


def shots_of(rows: Iterable[Row]) -> tuple[Shot, ...]:
    """In the order of their first tasks."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        task = row.task
        key = (task.project, f"shot {task.shot}") if task.shot else ("", prompt_key(task.request) or task.id)
        found.setdefault(key, []).append(row)
    return tuple(Shot(_title_of_shot(rows[0].task), tuple(rows)) for rows in found.values())


def _title_of_shot(task: Task) -> str:
    if task.shot:
        return _("Shot {name}", name=task.shot)
    return " ".join((task.title or task.request.prompt).split()) or _("No prompt")


def has_result(row: Row) -> bool:
    return any(output.is_here for output in row.outputs)


def is_judged(task: Task) -> bool:
    return task.rating > 0 or task.pick is not Pick.NONE


def judged_takes(tasks: Sequence[Task]) -> str:
    """ "3 of 5 takes judged"."""
    return ngettext(
        "{judged} of {n} take judged", "{judged} of {n} takes judged", len(tasks), judged=sum(map(is_judged, tasks))
    )


def next_to_judge(shots: Sequence[Shot], current: TaskId) -> TaskId | None:
    """The next take with a result and without a judgment: first in this shot, after the present take and then from the
    beginning; then in later shots, then in earlier ones. None if all are judged."""
    held = [[row.task.id for row in shot.rows] for shot in shots]
    at = next((number for number, ids in enumerate(held) if current in ids), None)
    if at is None:
        return None
    here = held[at].index(current)
    own = (*shots[at].rows[here + 1 :], *shots[at].rows[:here])
    others = (row for shot in (*shots[at + 1 :], *shots[:at]) for row in shot.rows)
    return next((row.task.id for row in (*own, *others) if has_result(row) and not is_judged(row.task)), None)


def differences(tasks: Sequence[Task]) -> dict[TaskId, tuple[str, ...]]:
    """By task, what is not the same in all of them: model, seed, settings, words of the prompt. Empty for a single
    task."""
    models = {task.request.model for task in tasks}
    names = dict.fromkeys(name for task in tasks for name in task.request.values if name not in _TEXTS)
    told = [name for name in names if len({repr(task.request.values.get(name)) for task in tasks}) > 1]
    spoken = {task.id: task.request.prompt.split() for task in tasks}
    folded_words = [{_bare(word) for word in said} for said in spoken.values()]
    common = set.intersection(*folded_words) if folded_words else set()
    found: dict[TaskId, tuple[str, ...]] = {}
    for task in tasks:
        own = _not_shared(spoken[task.id], common)
        more = units.ELLIPSIS if len(own) > MOST_WORDS else ""
        parts = (
            model_label(task.request.model) if len(models) > 1 else "",
            *(_setting(name, task.request.values.get(name)) for name in told),
            quoted(f"{' '.join(own[:MOST_WORDS]).removesuffix(f' {units.ELLIPSIS}')}{more}") if own else "",
        )
        found[task.id] = tuple(part for part in parts if part)
    return found


MOST_WORDS = 8
_TEXTS = frozenset({"promptText", "promptImage", "model"})
"""Fields that are not settings."""


def _not_shared(said: Sequence[str], common: Container[str]) -> list[str]:
    """Words that not all prompts have, with an ellipsis in place of shared ones between them."""
    own: list[str] = []
    for shared, run in groupby(said, lambda word: _bare(word) in common):
        if not shared:
            own += [*([units.ELLIPSIS] if own else ()), *run]
    return own


def _bare(word: str) -> str:
    return word.strip(".,;:!?()“”\"'").lower()


def _setting(name: str, value: object) -> str:
    """As in a row; a setting not shown in rows, with its label."""
    said = settings_line(None, {name: value})
    if said or not isinstance(value, str | int | float) or value == "":
        return said
    told = (_("on") if value else _("off")) if isinstance(value, bool) else str(value)
    return _("{setting}: {value}", setting=field_words(name).label, value=told)


class Stack(Struct, frozen=True):
    """Takes of one prompt, one of them on top."""

    takes: tuple[Take, ...]
    at: int = 0

    @property
    def top(self) -> Take:
        return self.takes[self.at]

    def words(self) -> str:
        return _("take {position} of {all}", position=self.at + 1, all=len(self.takes)) if len(self.takes) > 1 else ""


_LONGEST_TITLE = 60


class Node(Struct, frozen=True):
    """One thumbnail. Without a `task_id`: a file that was not made here."""

    task_id: TaskId | None
    picture: str
    """Path of a picture to show; empty: an icon of its `media`."""
    media: Media
    title: str
    path: str = ""
    """Path of its file; empty if there is none here."""
    relation: str = ""
    """Its relation to its descendant, or, below the task, what was made: "First frame", "Upscale a clip"."""


class Family(Struct, frozen=True):
    this: Node
    above: tuple[tuple[Node, ...], ...]
    """Its ancestors, oldest generation first."""
    below: tuple[tuple[Node, ...], ...]
    """Its descendants, nearest generation first."""
    takes: tuple[Node, ...]
    """All takes, itself included, oldest first; empty if it is the only one."""

    def __contains__(self, task_id: TaskId) -> bool:
        shown = (self.this, *self.takes, *(node for kin in (*self.above, *self.below) for node in kin))
        return any(node.task_id == task_id for node in shown)


async def family_of(task_id: TaskId, engine: Engine) -> Family | None:
    """None for an unknown task."""
    tree = await engine.lineage.around(task_id, engine.input_fixer)
    if tree is None:
        return None
    catalog = engine.catalog
    return Family(
        this=_of_row(tree.row),
        above=tuple(tuple(_older(tie, tree, catalog) for tie in kin) for kin in reversed(tree.above)),
        below=tuple(tuple(_younger(kin, catalog)) for kin in tree.below),
        takes=tuple(_of_row(row, _("Take {n}", n=number)) for number, row in enumerate(tree.takes, start=1)),
    )


def _older(tie: Kin, tree: Tree, catalog: Catalog) -> Node:
    relation = _field(tie, tree, catalog)
    if tie.row is not None:
        return _of_row(tie.row, relation, tie.output)
    use = tie.use
    path = use.path if use.media.kind.is_picture else ""
    name = Path(use.path).name if use.path else use.uri[:_LONGEST_TITLE]
    return Node(None, path, use.media, name, use.path, relation)


def _younger(kin: tuple[Kin, ...], catalog: Catalog) -> Iterator[Node]:
    for tie in kin:
        if tie.row is not None:
            name = tie.row.task.request.endpoint
            endpoint = catalog.endpoint(name)
            yield _of_row(tie.row, endpoint.label if endpoint is not None else name)


def _of_row(row: Row, relation: str = "", output: Output | None = None) -> Node:
    # A missing file leaves its poster.
    pictured = (*(one for one in row.outputs if one.is_here), *(one for one in row.outputs if one.poster))
    shown = output or next(iter(pictured), None)
    said = row.task.title or row.task.request.prompt or model_label(row.task.request.model)
    title = units.shortened(said, _LONGEST_TITLE)
    if shown is None:
        return Node(row.task.id, row.first_input_path, Media.OTHER, title, "", relation)
    own = shown.path if shown.media.kind.is_picture and shown.is_here else ""
    file = shown.path if shown.is_here else ""
    return Node(row.task.id, shown.poster or own, shown.media, title, file, relation)


def _field(tie: Kin, tree: Tree, catalog: Catalog) -> str:
    """What the input was for, by the label of the model's field."""
    name = str(tie.use.field_path[0]) if tie.use.field_path else ""
    rows = (tree.row, *(kin.row for kins in tree.above for kin in kins if kin.row))
    row = next((row for row in rows if row.task.id == tie.use.task_id), None)
    pair = catalog.pair(row.task.request.endpoint, row.task.request.model) if row else None
    field = pair.field(name) if pair is not None else None
    if row and field:
        return label_at(field, row.task.request.values.get(name), tie.use.field_path)
    return str(field_words(name).label) if name else ""
