"""How the list is asked for: places, filters, sorting, and what a row and a place show. Pure values; the store
answers them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .task import BatchId, Output, State, Task, TaskId


class Place(StrEnum):
    """The fixed entries of the left pane."""

    ALL = "all"
    LIVE = "live"
    WAITING_HERE = "waiting here"
    NEEDS_ATTENTION = "needs attention"
    """Uncertain, failed, gone, an output that could not be saved; not yet put away by the person."""
    SAVED = "saved"


class SortKey(StrEnum):
    SENT = "sent"
    """Time of sending, or of making where not yet sent."""
    PROMPT = "prompt"
    STATE = "state"
    COST = "cost"
    MODEL = "model"
    LANE = "lane"
    """The order in which held tasks will be sent."""


class GroupBy(StrEnum):
    NONE = "none"
    BATCH = "batch"
    DAY = "day"
    MODEL = "model"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """All parts must hold. Empty sets and None mean "any". `text` is searched in prompt, title, model, file name
    and ids, every word."""

    place: Place = Place.ALL
    text: str = ""
    states: frozenset[State] = frozenset()
    models: frozenset[str] = frozenset()
    endpoints: frozenset[str] = frozenset()
    projects: frozenset[str] = frozenset()
    batches: frozenset[BatchId] = frozenset()
    since: float | None = None
    until: float | None = None

    @property
    def narrows(self) -> bool:
        """Something beyond the place is asked for; tells "nothing yet" from "nothing matches"."""
        return bool(
            self.text.strip()
            or self.states
            or self.models
            or self.endpoints
            or self.projects
            or self.batches
            or self.since is not None
            or self.until is not None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What the list shows: which, in what order, in what groups."""

    filter: Filter = field(default_factory=Filter)
    sort: SortKey = SortKey.SENT
    descending: bool = True
    group: GroupBy = GroupBy.BATCH


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One line of the ordered answer. `group` is the key of its group (batch id, day as YYYY-MM-DD, model), "" for none.
    Entries of one group stand together; a group stands where its first entry sorts."""

    id: TaskId
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A task with what the list needs beside it."""

    task: Task
    outputs: tuple[Output, ...] = ()
    first_input_path: str = ""
    """A local picture of the request, to show in place of a poster while there is no result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSummary:
    key: str
    title: str
    total: int
    by_state: Mapping[State, int] = field(default_factory=dict)
    saved: int = 0
    """SUCCEEDED with every output saved."""
    credits: float = 0.0
    """Best known price of all members together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCounts:
    places: Mapping[Place, int] = field(default_factory=dict)
    projects: Mapping[str, int] = field(default_factory=dict)
    batches: tuple[tuple[BatchId, str, int], ...] = ()
    """Latest first: id, name, number of tasks."""
    models: Mapping[str, int] = field(default_factory=dict)
