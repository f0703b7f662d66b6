"""A task's relatives as thumbnails: ancestors, descendants and takes. Loop's thread; raises StoreError."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from runway_desktop.catalog import Catalog
from runway_desktop.catalog.labels import field_words, model_label
from runway_desktop.domain.library import Row
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Output, TaskId
from runway_desktop.services.engine import Engine
from runway_desktop.services.library.lineage import Kin, Tree
from runway_desktop.texts import _
from runway_desktop.usecases.requests.input_item import label_at
from runway_desktop.usecases.words import units
from runway_desktop.values import Struct

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
