"""The columns of the task list, one record each: what a cell shows and says, how wide it is, what it sorts by. Pure.

How the store sorts is one line for each `SortKey` in `store.listing`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import NamedTuple

from runway_desktop.catalog import Catalog
from runway_desktop.catalog.labels import model_label
from runway_desktop.domain.clients import waits_for_approval
from runway_desktop.domain.library import Row, SortKey
from runway_desktop.domain.spending_report import spent_at
from runway_desktop.domain.task import Output, Pick, State
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.states import Around, StateWords, badge, cost_words, describe
from runway_desktop.usecases.words.tasks import (
    judgment_words,
    marks_of,
    rating_words,
    sent_words,
    settings_words,
    stars,
    title_words,
)
from runway_desktop.values import Struct, field

MOST_OF_A_PROMPT = 600
"""Letters of it that a tool tip shows."""


class Column(IntEnum):
    """Position of a column in `COLUMNS` and in the item model; the settings keep columns by it."""

    POSTER = 0
    PROMPT = 1
    STATUS = 2
    MODEL = 3
    PROJECT = 4
    CREDITS = 5
    SENT = 6
    RATING = 7
    TAGS = 8
    SHOT = 9


class Cell(NamedTuple):
    """A task's row with what its texts are made from beside it. A tuple, since one is made for each question of a
    view."""

    row: Row
    around: Around
    catalog: Catalog
    now: float


class ListColumn(Struct, frozen=True, kw_only=True):
    title: str
    width: int
    """In pixels, until the person drags it."""
    shown: Callable[[Cell], str]
    """The cell as one line of text."""
    spoken: Callable[[Cell], str]
    """The cell for a screen reader."""
    tool_tip: Callable[[Cell], str] | None = None
    sort: SortKey | None = None
    order: str = ""
    """What it sorts by, in a menu, where its title does not say it."""
    is_falling: bool = False
    """Sorts from the most down when it is chosen."""
    is_number: bool = False
    """Aligned at the end, in figures of one width."""
    is_fixed: bool = False
    """The person cannot hide it."""
    is_usual: bool = True
    """Shown unless the person hides it."""
    narrow_width: int | None = None
    """The most it has in a narrow list; None: as much as always."""


class RowWords(Struct, frozen=True, kw_only=True):
    """Everything that a row of the list shows; a row that is still being fetched has nothing but an ellipsis."""

    title: str = units.ELLIPSIS
    settings: str = ""
    status: StateWords | None = None
    plain: Mapping[Column, str] = field(default_factory=dict)
    """The cells that are one line of text."""
    poster: str = ""
    sign: str = ""
    """The icon of a saved result in place of a poster that it has not."""
    badge: str = ""
    marks: str = ""
    is_poster_alone: bool = False
    """The poster, which is of the first result, is all that is left here of its file."""
    is_rejected: bool = False
    order: str = ""
    """The place in the queue, where that is shown."""
    is_held: bool = False
    """It waits in the queue for the person."""


def row_words(cell: Cell) -> RowWords:
    row, task = cell.row, cell.row.task
    return RowWords(
        title=title_words(task, cell.catalog),
        settings=settings_words(task, cell.catalog),
        status=describe(row, cell.around),
        plain={column: COLUMNS[column].shown(cell) for column in _PLAIN},
        poster=poster_of(row),
        sign=sign_of(row),
        badge=badge(row),
        marks=marks_of(task),
        is_poster_alone=bool(row.outputs) and row.outputs[0].is_missing,
        is_rejected=task.pick is Pick.REJECT,
        order=str(turn.position) if (turn := cell.around.turn) is not None and turn.is_queue and turn.position else "",
        is_held=task.state is State.HELD and task.waits_for_person and not waits_for_approval(task),
    )


def poster_of(row: Row) -> str:
    """The picture that stands for a task: of its first result that has one, else of its first input; may be empty."""
    return next((output.poster for output in row.outputs if output.poster), "") or row.first_input_path


def sign_of(row: Row) -> str:
    """The icon of the kind of a saved result where no picture stands for the task; else empty."""
    here = next((output for output in row.outputs if output.is_here), None)
    return here.media.kind.icon if here is not None and not poster_of(row) else ""


def clip_of(row: Row) -> Output | None:
    """The first saved clip of a task."""
    return next((output for output in row.outputs if output.is_here and output.media.kind.has_frames), None)


def column_of(key: SortKey) -> Column | None:
    """The column that sorts by a key; None where none does."""
    return next((column for column in Column if COLUMNS[column].sort is key), None)


def _title(cell: Cell) -> str:
    return title_words(cell.row.task, cell.catalog)


def _title_spoken(cell: Cell) -> str:
    parts = (_title(cell), settings_words(cell.row.task, cell.catalog), judgment_words(cell.row.task))
    return f"{parts[0]}. {parts[1]}{'. ' + parts[2] if parts[2] else ''}"


def _whole_prompt(cell: Cell) -> str:
    text = cell.row.task.request.prompt
    return text if len(text) <= MOST_OF_A_PROMPT else text[:MOST_OF_A_PROMPT] + units.ELLIPSIS


def _status_spoken(cell: Cell) -> str:
    return describe(cell.row, cell.around).spoken


def _credits_spoken(cell: Cell) -> str:
    known, price = cell.row.task.credits, cell.around.price
    if known is None and price is not None:
        return f"About {units.credits_in_words(price)} when it is sent"
    if known is None:
        return "Cost not known yet"
    return units.credits_in_words(known) + (" estimated" if cell.row.task.cost_credits is None else "")


def _sent(cell: Cell) -> str:
    at = spent_at(cell.row.task)
    return units.clock_time(at, cell.now) if at else units.DASH


def _sent_spoken(cell: Cell) -> str:
    return sent_words(cell.row.task) or "Not sent yet"


def _tags(cell: Cell) -> str:
    return ", ".join(cell.row.task.tags)


COLUMNS: tuple[ListColumn, ...] = (
    ListColumn(
        title="Poster",
        width=104,
        shown=lambda cell: "",
        spoken=lambda cell: f"Poster, {badge(cell.row)}" if badge(cell.row) else "Poster",
        is_fixed=True,
    ),
    ListColumn(
        title="Prompt",
        width=360,
        shown=_title,
        spoken=_title_spoken,
        tool_tip=_whole_prompt,
        sort=SortKey.PROMPT,
        is_fixed=True,
    ),
    ListColumn(
        title="Status",
        width=192,
        narrow_width=152,
        shown=lambda cell: describe(cell.row, cell.around).headline,
        spoken=_status_spoken,
        tool_tip=_status_spoken,
        sort=SortKey.STATE,
    ),
    ListColumn(
        title="Model",
        width=120,
        shown=lambda cell: model_label(cell.row.task.request.model),
        spoken=lambda cell: model_label(cell.row.task.request.model) or "Model not known",
        sort=SortKey.MODEL,
        is_usual=False,
    ),
    ListColumn(
        title="Project",
        width=120,
        shown=lambda cell: cell.row.task.project,
        spoken=lambda cell: cell.row.task.project or "No project",
        sort=SortKey.PROJECT,
        is_usual=False,
    ),
    ListColumn(
        title="Credits",
        width=76,
        narrow_width=64,
        shown=lambda cell: cost_words(cell.row.task, cell.around.price),
        spoken=_credits_spoken,
        tool_tip=_credits_spoken,
        sort=SortKey.COST,
        is_falling=True,
        is_number=True,
    ),
    ListColumn(
        title="Sent",
        width=76,
        narrow_width=56,
        shown=_sent,
        spoken=_sent_spoken,
        tool_tip=_sent_spoken,
        sort=SortKey.MADE,
        order="time",
        is_falling=True,
        is_number=True,
    ),
    ListColumn(
        title="Rating",
        width=84,
        shown=lambda cell: stars(cell.row.task.rating),
        spoken=lambda cell: rating_words(cell.row.task.rating),
        sort=SortKey.RATING,
        is_falling=True,
        is_usual=False,
    ),
    ListColumn(
        title="Tags",
        width=140,
        shown=_tags,
        spoken=lambda cell: _tags(cell) or "No tags",
        sort=SortKey.TAGS,
        is_usual=False,
    ),
    ListColumn(
        title="Shot",
        width=76,
        shown=lambda cell: cell.row.task.shot,
        spoken=lambda cell: f"Shot {cell.row.task.shot}" if cell.row.task.shot else "No shot",
        sort=SortKey.SHOT,
        is_usual=False,
    ),
)
"""By `Column`."""
_PLAIN = tuple(column for column in Column if column not in (Column.POSTER, Column.PROMPT, Column.STATUS))
