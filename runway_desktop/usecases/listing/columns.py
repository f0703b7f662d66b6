"""The columns of the task list, one record each: text, width, sort key. Pure.

How the store sorts by each `SortKey` is in `store.listing`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import NamedTuple

from runway_desktop.catalog import Catalog
from runway_desktop.catalog.labels import model_label
from runway_desktop.domain.library import Row, SortKey
from runway_desktop.domain.permissions import waits_for_approval
from runway_desktop.domain.spending_report import doubtful_credits, spent_at
from runway_desktop.domain.task import Output, Pick, State
from runway_desktop.texts import Text, _
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
"""Characters of it in a tool tip."""


class Column(IntEnum):
    """Index of a column in `COLUMNS` and in the item model; stored in the settings."""

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
    """A task's row with what its texts need. A tuple, which is fast: views create one for every query."""

    row: Row
    around: Around
    catalog: Catalog
    now: float


class ListColumn(Struct, frozen=True, kw_only=True):
    title_text: Text
    width: int
    """In pixels, until the user drags it."""
    shown: Callable[[Cell], str]
    """The cell as one line of text."""
    spoken: Callable[[Cell], str]
    """The cell for a screen reader."""
    tool_tip: Callable[[Cell], str] | None = None
    sort: SortKey | None = None
    is_falling: bool = False
    """Sorts descending at first."""
    is_number: bool = False
    """Right-aligned, with digits of equal width."""
    is_fixed: bool = False
    """The user cannot hide it."""
    is_usual: bool = True
    """Visible by default."""
    narrow_width: int | None = None
    """Maximum width in a narrow list; None: unlimited."""

    @property
    def title(self) -> str:
        return str(self.title_text)


class RowWords(Struct, frozen=True, kw_only=True):
    """Everything that a row of the list shows; while the row is being loaded, only an ellipsis."""

    title: str = units.ELLIPSIS
    settings: str = ""
    status: StateWords | None = None
    plain: Mapping[Column, str] = field(default_factory=dict)
    """Cells with one line of plain text."""
    poster: str = ""
    sign: str = ""
    """Icon of a saved result without a poster."""
    badge: str = ""
    marks: str = ""
    is_poster_alone: bool = False
    """Of the first result only the poster is left here, not its file."""
    is_rejected: bool = False
    order: str = ""
    """Position in the queue, if shown."""
    is_held: bool = False
    """Queued, but held for the user."""


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
        is_held=task.state is State.QUEUED and task.waits_for_person and not waits_for_approval(task),
    )


def poster_of(row: Row) -> str:
    """Path of the picture for a task: poster of its first result that has one, else its first input; may be empty."""
    return next((output.poster for output in row.outputs if output.poster), "") or row.first_input_path


def sign_of(row: Row) -> str:
    """Icon of a saved result's kind if the task has no picture; otherwise empty."""
    here = next((output for output in row.outputs if output.is_here), None)
    return here.media.kind.icon if here is not None and not poster_of(row) else ""


def clip_of(row: Row) -> Output | None:
    """The first saved clip of a task."""
    return next((output for output in row.outputs if output.is_here and output.media.kind.has_frames), None)


def column_of(key: SortKey) -> Column | None:
    return next((column for column in Column if COLUMNS[column].sort is key), None)


def _poster_spoken(cell: Cell) -> str:
    said = badge(cell.row)
    return _("Poster, {badge}", badge=said) if said else _("Poster")


def _title(cell: Cell) -> str:
    return title_words(cell.row.task, cell.catalog)


def _title_spoken(cell: Cell) -> str:
    parts = (_title(cell), settings_words(cell.row.task, cell.catalog), judgment_words(cell.row.task))
    return ". ".join(part for part in parts if part)


def _whole_prompt(cell: Cell) -> str:
    text = cell.row.task.request.prompt
    return text if len(text) <= MOST_OF_A_PROMPT else text[:MOST_OF_A_PROMPT] + units.ELLIPSIS


def _status_spoken(cell: Cell) -> str:
    return describe(cell.row, cell.around).spoken


def _credits_spoken(cell: Cell) -> str:
    known, price = cell.row.task.credits, cell.around.price
    if known is None and price is not None:
        return _("About {credits} when sent", credits=units.credits_in_words(price))
    if doubtful := doubtful_credits(cell.row.task):
        return _("{credits}, if it was created", credits=units.credits_in_words(doubtful))
    if known is None:
        return _("Cost not known yet")
    if cell.row.task.cost_credits is None:
        return _("{credits} estimated", credits=units.credits_in_words(known))
    return units.credits_in_words(known)


def _sent(cell: Cell) -> str:
    at = spent_at(cell.row.task)
    return units.clock_time(at, cell.now) if at else units.DASH


def _sent_spoken(cell: Cell) -> str:
    return sent_words(cell.row.task) or _("Not sent yet")


def _tags(cell: Cell) -> str:
    return ", ".join(cell.row.task.tags)


COLUMNS: tuple[ListColumn, ...] = (
    ListColumn(
        title_text=Text("Poster", context="column"),
        width=104,
        shown=lambda cell: "",
        spoken=_poster_spoken,
        is_fixed=True,
    ),
    ListColumn(
        title_text=Text("Prompt", context="column"),
        width=360,
        shown=_title,
        spoken=_title_spoken,
        tool_tip=_whole_prompt,
        sort=SortKey.PROMPT,
        is_fixed=True,
    ),
    ListColumn(
        title_text=Text("Status", context="column"),
        width=192,
        narrow_width=164,
        shown=lambda cell: describe(cell.row, cell.around).headline,
        spoken=_status_spoken,
        tool_tip=_status_spoken,
        sort=SortKey.STATE,
    ),
    ListColumn(
        title_text=Text("Model", context="column"),
        width=120,
        shown=lambda cell: model_label(cell.row.task.request.model),
        spoken=lambda cell: model_label(cell.row.task.request.model) or _("Model not known"),
        sort=SortKey.MODEL,
        is_usual=False,
    ),
    ListColumn(
        title_text=Text("Project", context="column"),
        width=120,
        shown=lambda cell: cell.row.task.project,
        spoken=lambda cell: cell.row.task.project or _("No project"),
        sort=SortKey.PROJECT,
        is_usual=False,
    ),
    ListColumn(
        title_text=Text("Credits", context="column"),
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
        title_text=Text("Sent", context="column"),
        width=76,
        narrow_width=56,
        shown=_sent,
        spoken=_sent_spoken,
        tool_tip=_sent_spoken,
        sort=SortKey.MADE,
        is_falling=True,
        is_number=True,
    ),
    ListColumn(
        title_text=Text("Rating", context="column"),
        width=84,
        shown=lambda cell: stars(cell.row.task.rating),
        spoken=lambda cell: rating_words(cell.row.task.rating),
        sort=SortKey.RATING,
        is_falling=True,
        is_usual=False,
    ),
    ListColumn(
        title_text=Text("Tags", context="column"),
        width=140,
        shown=_tags,
        spoken=lambda cell: _tags(cell) or _("No tags"),
        sort=SortKey.TAGS,
        is_usual=False,
    ),
    ListColumn(
        title_text=Text("Shot", context="column"),
        width=76,
        shown=lambda cell: cell.row.task.shot,
        spoken=lambda cell: _("Shot {name}", name=cell.row.task.shot) if cell.row.task.shot else _("No shot"),
        sort=SortKey.SHOT,
        is_usual=False,
    ),
)
"""Indexed by `Column`."""
_PLAIN = tuple(column for column in Column if column not in (Column.POSTER, Column.PROMPT, Column.STATUS))
