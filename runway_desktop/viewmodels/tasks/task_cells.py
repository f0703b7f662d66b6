"""The words of the task list's cells: what each column says, to the eye, to a screen reader and as a tool tip.

Pure but for the clock and the catalog that it asks; knows no item model.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt

from runway_desktop.catalog import Catalog, settings_line
from runway_desktop.domain.library import GroupBy, GroupSummary, Row, SortKey
from runway_desktop.domain.spending_report import spent_at
from runway_desktop.domain.task import Pick, State, Task
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.states import Around, StateWords, badge, cost_words, describe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runway_desktop.services.ports import Clock


class Column(IntEnum):
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


TITLES = {
    Column.POSTER: "",
    Column.PROMPT: "Prompt",
    Column.STATUS: "Status",
    Column.MODEL: "Model",
    Column.PROJECT: "Project",
    Column.CREDITS: "Credits",
    Column.SENT: "Sent",
    Column.RATING: "Rating",
    Column.TAGS: "Tags",
    Column.SHOT: "Shot",
}
SORTS = {
    Column.PROMPT: SortKey.PROMPT,
    Column.STATUS: SortKey.STATE,
    Column.MODEL: SortKey.MODEL,
    Column.CREDITS: SortKey.COST,
    Column.SENT: SortKey.MADE,
    Column.PROJECT: SortKey.PROJECT,
    Column.RATING: SortKey.RATING,
    Column.TAGS: SortKey.TAGS,
    Column.SHOT: SortKey.SHOT,
}
MOST_STARS = 5
MOST_OF_A_PROMPT = 600
"""Letters of it that a tool tip shows."""
_PLAIN = tuple(column for column in Column if column not in (Column.POSTER, Column.PROMPT, Column.STATUS))


class Roles(IntEnum):
    TASK_ID = Qt.ItemDataRole.UserRole + 1
    STATE = Qt.ItemDataRole.UserRole + 2
    SORT = Qt.ItemDataRole.UserRole + 3
    ROW = Qt.ItemDataRole.UserRole + 4
    WORDS = Qt.ItemDataRole.UserRole + 5
    GROUP = Qt.ItemDataRole.UserRole + 6
    SETTINGS = Qt.ItemDataRole.UserRole + 7
    BADGE = Qt.ItemDataRole.UserRole + 8
    POSTER = Qt.ItemDataRole.UserRole + 9
    COLLAPSED = Qt.ItemDataRole.UserRole + 10
    GROUP_LEFT = Qt.ItemDataRole.UserRole + 11


@dataclass(frozen=True, slots=True, kw_only=True)
class RowWords:
    """Everything that a row of the list shows; a row that is still being fetched has nothing but an ellipsis."""

    title: str = units.ELLIPSIS
    settings: str = ""
    status: StateWords | None = None
    plain: Mapping[Column, str] = field(default_factory=dict)
    """The cells that are one line of text."""
    poster: str = ""
    badge: str = ""
    marks: str = ""
    is_poster_alone: bool = False
    """The poster, which is of the first result, is all that is left here of its file."""
    is_rejected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupWords:
    """What the header of a group shows."""

    title: str
    holds: str = ""
    """ "8 tasks · 3 saved"."""
    costs: str = ""
    """ "480 credits · about 3 min left"."""
    is_folded: bool = False


class Cells:
    def __init__(self, catalog: Catalog, clock: Clock) -> None:
        self._catalog = catalog
        self._clock = clock

    def words(self, row: Row, around: Around) -> RowWords:
        return RowWords(
            title=self.title_words(row),
            settings=self.settings_words(row),
            status=describe(row, around),
            plain={column: self.text(row, column, around) for column in _PLAIN},
            poster=poster_of(row),
            badge=badge(row),
            marks=marks_of(row.task),
            is_poster_alone=bool(row.outputs) and row.outputs[0].is_missing,
            is_rejected=row.task.pick is Pick.REJECT,
        )

    def settings_words(self, row: Row) -> str:
        """ "gen4.5 · 1280:720 · 5 s · seed 41207"."""
        request = row.task.request
        if row.task.adopted and not request.model:
            return f"adopted · {row.task.remote_id}"
        pair = self._catalog.pair(request.endpoint, request.model)
        line = settings_line(pair, request.values)
        shot = f"shot {row.task.shot}" if row.task.shot else ""
        return " · ".join(part for part in (request.model, line, shot) if part)

    def title_words(self, row: Row) -> str:
        task = row.task
        if task.title or task.request.prompt:
            return " ".join((task.title or task.request.prompt).split())
        if task.adopted:
            return "Task started elsewhere"
        endpoint = self._catalog.endpoint(task.request.endpoint)
        return endpoint.label if endpoint else task.request.endpoint

    def text(self, row: Row, column: Column, around: Around) -> str:
        match column:
            case Column.POSTER:
                return ""
            case Column.PROMPT:
                return self.title_words(row)
            case Column.STATUS:
                return describe(row, around).headline
            case Column.MODEL:
                return row.task.request.model
            case Column.PROJECT:
                return row.task.project
            case Column.CREDITS:
                return cost_words(row.task, around.price)
            case Column.SENT:
                at = spent_at(row.task)
                return units.clock_time(at, self._clock.now()) if at else units.DASH
            case Column.RATING:
                return stars(row.task.rating)
            case Column.TAGS:
                return ", ".join(row.task.tags)
            case Column.SHOT:
                return row.task.shot

    def spoken(self, row: Row, column: Column, around: Around) -> str:
        match column:
            case Column.POSTER:
                return f"Poster, {badge(row)}" if badge(row) else "Poster"
            case Column.PROMPT:
                judged = judgment_words(row.task)
                return f"{self.title_words(row)}. {self.settings_words(row)}{'. ' + judged if judged else ''}"
            case Column.STATUS:
                return describe(row, around).spoken
            case Column.CREDITS:
                known = row.task.credits
                if known is None and around.price is not None:
                    return f"About {units.credits_in_words(around.price)} when it is sent"
                if known is None:
                    return "Cost not known yet"
                return units.credits_in_words(known) + (" estimated" if row.task.cost_credits is None else "")
            case Column.SENT:
                return sent_words(row.task) or "Not sent yet"
            case Column.MODEL:
                return row.task.request.model or "Model not known"
            case Column.PROJECT:
                return row.task.project or "No project"
            case Column.RATING:
                return rating_words(row.task.rating)
            case Column.TAGS:
                return ", ".join(row.task.tags) or "No tags"
            case Column.SHOT:
                return f"Shot {row.task.shot}" if row.task.shot else "No shot"

    def tool_tip(self, row: Row, column: Column, around: Around) -> str | None:
        if column is Column.PROMPT:
            # Not before the first paint.
            from html import escape

            text = row.task.request.prompt
            cut = text if len(text) <= MOST_OF_A_PROMPT else text[:MOST_OF_A_PROMPT] + units.ELLIPSIS
            # Marked up, since Qt wraps nothing else, and takes a prompt with a "<" in it for marked up anyway.
            return f'<p style="white-space: pre-wrap">{escape(cut, quote=False)}</p>' if cut else None
        if column in (Column.STATUS, Column.CREDITS, Column.SENT):
            return self.spoken(row, column, around)
        return None

    def sort_value(self, row: Row, column: Column, around: Around) -> Any:
        match column:
            case Column.CREDITS:
                return row.task.credits if row.task.credits is not None else -1.0
            case Column.SENT:
                return row.task.sent_at or row.task.created_at
            case Column.RATING:
                return row.task.rating
            case _:
                return self.text(row, column, around)

    def group_title(self, summary: GroupSummary, grouping: GroupBy) -> str:
        match grouping:
            case GroupBy.DAY if summary.key:
                return units.day_in_words(summary.key, self._clock.now())
            case GroupBy.BATCH if not summary.key:
                return "Single tasks"
            case GroupBy.MODEL if not summary.key:
                return "Model not known"
            case GroupBy.PROJECT if not summary.key:
                return "No project"
            case GroupBy.PROMPT if not summary.key:
                return "Prompts with a single take"
            case _ if not summary.total:
                # Its sums are on their way; a bare key says nothing.
                return ""
            case _:
                return summary.title or summary.key or "Others"


def poster_of(row: Row) -> str:
    """The picture that stands for a task: of its first result that has one, else of its first input; may be empty."""
    return next((output.poster for output in row.outputs if output.poster), "") or row.first_input_path


def stars(rating: int) -> str:
    """ "★★★★☆"; empty where it is not rated."""
    return "★" * rating + "☆" * (MOST_STARS - rating) if rating else ""


def marks_of(task: Task) -> str:
    """ "✓ 4★": what the person decided, small enough for a corner."""
    pick = {Pick.PICK: "✓", Pick.REJECT: "✕"}.get(task.pick, "")
    return " ".join(part for part in (pick, f"{task.rating}★" if task.rating else "") if part)


def rating_words(rating: int) -> str:
    return f"{units.count(rating, 'star')}" if rating else "Not rated"


def judgment_words(task: Task) -> str:
    """What the person made of it, as it is spoken: "Picked, 4 stars, tags drone, night"."""
    said = {Pick.PICK: "Picked", Pick.REJECT: "Rejected"}.get(task.pick, "")
    rated = rating_words(task.rating) if task.rating else ""
    tags = f"tags {', '.join(task.tags)}" if task.tags else ""
    return ", ".join(part for part in (said, rated, tags, "has a note" if task.note else "") if part)


def sent_words(task: Task) -> str:
    """ "Sent 9 March 2026, 14:02:11"; one that was started elsewhere was sent there. Empty for what was not sent."""
    at = spent_at(task)
    where = "Sent elsewhere" if task.adopted and not task.sent_at else "Sent" if at else ""
    return f"{where} {units.full_time(at)}" if at else where


def group_words(summary: GroupSummary) -> str:
    """ "8 tasks · 3 saved · 3 live · 1 waiting here · 1 needs attention"; empty while it is not known."""
    if not summary.total:
        return ""
    states = summary.by_state
    live = sum(amount for state, amount in states.items() if state.is_live)
    waiting = sum(amount for state, amount in states.items() if state.is_local)
    trouble = sum(states.get(state, 0) for state in (State.FAILED, State.UNCERTAIN, State.GONE))
    saved = summary.saved - summary.missing
    parts = [
        units.count(summary.total, "task"),
        f"{saved:,} saved" if saved else "",
        f"{summary.missing:,} missing" if summary.missing else "",
        f"{live:,} live" if live else "",
        f"{waiting:,} waiting here" if waiting else "",
        units.count(trouble, "needs attention", "need attention") if trouble else "",
    ]
    return " · ".join(part for part in parts if part)
