"""Queries of the list (pages, filters, sorting, search words), and what it shows: rows, groups, counts, batch sheets.

Search ignores case, letter width and compatibility forms (full-width letters are found by plain ones); accents count.
Pure values; the store answers the queries. Times are Unix seconds, durations seconds, credits floats.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from runway_desktop.values import Struct, field

from .task import BatchId, Input, MemberId, Output, Pick, Request, State, Task, TaskId


class Page(StrEnum):
    """The fixed entries of the left pane."""

    ALL = "all"
    LIVE = "live"
    WAITING_HERE = "waiting here"
    NEEDS_ATTENTION = "needs attention"
    """Uncertain, failed, gone, an output that could not be saved or whose file is missing; and not yet dismissed by the
    user."""
    NOT_SAVED = "not saved"
    """Succeeded, with an output that is still to be saved; Runway may still have it."""
    SAVED = "saved"
    PICKS = "picks"
    MISSING = "missing files"
    """A file is no longer where it was saved."""
    CHANGED = "changed files"
    """A file was changed by another program."""
    SUGGESTED = "suggested"
    """By a client, and neither picked nor rejected."""


class Document(StrEnum):
    """Kinds of documents that the list keeps as JSON. The values are stored and must not change."""

    CHAIN = "chain"
    """`domain.film.steps.Chain`, by its name."""
    CUT = "cut"
    """`domain.film.cut.Cut`; id and name are its project."""
    ROUTER = "router"
    """`domain.workflows.routing.Router`; its id is the slug."""
    WORKFLOW = "workflow"
    """A version as Runway tells it; its id is the version's, its name the workflow's."""
    ROUND = "round"
    """`domain.review.Round`; its name is its project."""


Filed = tuple[Document, str, str, float, str]
"""A document as the store takes it: kind, id, name, Unix seconds, text."""


class SortKey(StrEnum):
    MADE = "made"
    """When the task was added here. No later event changes it; tasks added together keep their order."""
    PROMPT = "prompt"
    STATE = "state"
    COST = "cost"
    MODEL = "model"
    LANE = "lane"
    """The order in which queued tasks will be sent."""
    PROJECT = "project"
    RATING = "rating"
    TAGS = "tags"
    SHOT = "shot"


class GroupBy(StrEnum):
    NONE = "none"
    BATCH = "batch"
    DAY = "day"
    MODEL = "model"
    PROJECT = "project"
    PROMPT = "prompt"
    """Takes of one prompt together. Prompts with a single take form one group, whose key is empty."""
    LANE = "lane"
    """The queue: a group for each model, and one for tasks blocked by a cap. The store does not know it and returns one
    ungrouped list."""


class Bounds(Struct, frozen=True):
    """A closed interval; None: open at that end."""

    least: float | None = None
    most: float | None = None

    def __bool__(self) -> bool:
        return self.least is not None or self.most is not None

    def __contains__(self, value: float) -> bool:
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


PERSON = ""
"""As a client: the user, for tasks that no program requested."""


class Traits(Struct, frozen=True, kw_only=True):
    """Properties to select tasks by. An empty set selects all."""

    states: frozenset[State] = frozenset()
    models: frozenset[str] = frozenset()
    endpoints: frozenset[str] = frozenset()
    projects: frozenset[str] = frozenset()
    batches: frozenset[BatchId] = frozenset()
    tags: frozenset[str] = frozenset()
    picks: frozenset[Pick] = frozenset()
    shots: frozenset[str] = frozenset()
    cast: frozenset[MemberId] = frozenset()
    clients: frozenset[str] = frozenset()
    """Programs that requested it; PERSON: none."""
    pages: frozenset[Page] = frozenset()


class Without(Traits, frozen=True, kw_only=True):
    """Excludes tasks that have any of these properties."""

    def __bool__(self) -> bool:
        return self != _NOTHING


_NOTHING = Without()


class Filter(Traits, frozen=True, kw_only=True):
    """A task must meet every condition. Of a set any member suffices, but it must have all of `tags` and be on all of
    `pages`, besides `page`. Empty sets, spans and None mean "any". `text` is searched in prompt, title, note, tags,
    project, shot, model, file name and ids; for its syntax see `words_of`."""

    page: Page = Page.ALL
    text: str = ""
    since: float | None = None
    until: float | None = None
    rating: Bounds = Bounds()
    """Stars; 0 is not rated."""
    cost: Bounds = Bounds()
    """Credits, actual or estimated; an unknown price counts as 0."""
    length: Bounds = Bounds()
    """Seconds of the longest result; while there is none, the requested duration."""
    without: Without = _NOTHING


class Listing(Struct, frozen=True, kw_only=True):
    """What the list shows: filter, order and grouping."""

    filter: Filter = field(default_factory=Filter)
    sort: SortKey = SortKey.MADE
    descending: bool = True
    group: GroupBy = GroupBy.BATCH


class Entries(Struct, frozen=True):
    """An ordered answer in compact form: ids, and the size of each group in the same order. Members of a group are
    adjacent; a group is placed where its first entry sorts. One list instead of a hundred thousand objects."""

    ids: Sequence[TaskId] = ()
    groups: tuple[tuple[str, int], ...] = ()
    """Key (batch id, day as YYYY-MM-DD, model …) and number of entries. Empty if the list is not grouped."""
    is_whole: bool = True
    """False: more entries exist beyond the requested number."""

    def __len__(self) -> int:
        return len(self.ids)

    def runs(self) -> Iterator[tuple[str, int, int]]:
        """Key of each group, index of its first entry, and the index after its last."""
        start = 0
        for key, amount in self.groups:
            yield key, start, start + amount
            start += amount


class Row(Struct, frozen=True, kw_only=True):
    """One row of the list: a task with its displayed facts."""

    task: Task
    outputs: tuple[Output, ...] = ()
    first_input_path: str = ""
    """Local path of an input picture, shown instead of a poster while there is no result."""

    @property
    def can_be_judged(self) -> bool:
        """False for a task that ended without a result, unless there is a judgment to clear."""
        is_judged = self.task.rating > 0 or self.task.pick is not Pick.NONE
        return self.task.state not in (State.FAILED, State.CANCELLED, State.GONE) or bool(self.outputs) or is_judged


class ResultFacts(Struct, frozen=True, kw_only=True):
    """Facts shown with a result: its task, the number of its results, its inputs, the name of its batch."""

    task: Task
    count: int
    inputs: Sequence[Input]
    batch: str


class GroupSummary(Struct, frozen=True, kw_only=True):
    """Contents of a group's header."""

    key: str
    title: str
    total: int
    by_state: Mapping[State, int] = field(default_factory=dict)
    saved: int = 0
    """Tasks that succeeded with every output saved."""
    missing: int = 0
    """Of the saved ones: a file is no longer where it was saved."""
    credits: float = 0.0
    """Best known price of all members together."""


class PageCounts(Struct, frozen=True, kw_only=True):
    """How many tasks each entry of the left pane holds."""

    pages: Mapping[Page, int] = field(default_factory=dict)
    projects: Mapping[str, int] = field(default_factory=dict)
    batches: tuple[tuple[BatchId, str, int], ...] = ()
    """Latest first: id, name, number of tasks."""
    models: Mapping[str, int] = field(default_factory=dict)
    endpoints: Mapping[str, int] = field(default_factory=dict)
    tags: Mapping[str, int] = field(default_factory=dict)
    states: Mapping[State, int] = field(default_factory=dict)
    ratings: Mapping[int, int] = field(default_factory=dict)
    """Tasks by their stars; 0 is not rated."""
    shots: Mapping[str, int] = field(default_factory=dict)
    cast: tuple[tuple[MemberId, str, int], ...] = ()
    """Most used first: id, name, number of tasks; removed members too."""
    clients: tuple[str, ...] = ()
    """Programs that have requested tasks."""
    rounds: Mapping[str, int] = field(default_factory=dict)
    """Rounds of review by project."""
    unsent: tuple[KeptSheet, ...] = ()
    """Sheets of which only some rows were sent, latest first, without their texts."""


class Takes(Struct, frozen=True, kw_only=True):
    """All takes of one idea: a task and all that were retried, edited or remixed from it, oldest first."""

    ids: tuple[TaskId, ...] = ()

    def number(self, task_id: TaskId) -> int:
        """1 for the first; 0 if the task is not among them."""
        return self.ids.index(task_id) + 1 if task_id in self.ids else 0


class KeptSheet(Struct, frozen=True, kw_only=True):
    """`name` may be the value of a `MadeSheet`. `batch_id` is the batch of its tasks, None if none was sent. `rows`
    counts filled rows, `unsent` those of them not sent yet."""

    id: str
    name: str
    changed_at: float
    rows: int = 0
    unsent: int = 0
    batch_id: BatchId | None = None
    text: str = ""
    """The whole sheet as JSON; empty in a list of sheets."""


def new_sheet_id() -> str:
    from uuid import uuid4

    return str(uuid4())


class LedgerEntry(Struct, frozen=True, kw_only=True):
    """One line of a task's append-only history. `kind` is a word such as "sent", "accepted", "state", "saved", "cancel
    asked"."""

    task_id: TaskId
    at: float
    kind: str
    detail: Mapping[str, Any]


class Timing(Struct, frozen=True, kw_only=True):
    """How long a similar task took, in seconds; -1 for what is not known."""

    ran: float
    total: float


class Estimate(Struct, frozen=True, kw_only=True):
    """What Runway estimated for a similar request, and when."""

    credits: float
    at: float


_SEPARATORS = "/\\"
LEAST_UNWANTED = 3
"""Minimum length of an excluded word: nearly every text contains any one or two letters."""
_WORD = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')


class Words(Struct, frozen=True):
    """Search words, folded, without duplicates. All of `wanted` must be found and none of `unwanted`."""

    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()


def folded(text: str) -> str:
    """The normalized form that search and sorting use. Contains no NUL and no lone surrogate, so any database can store
    it."""
    plain = unicodedata.normalize("NFKC", text).casefold() if not text.isascii() else text.lower()
    return plain.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")


def search_words(text: str) -> tuple[str, ...]:
    """The words of a text, folded, without duplicates."""
    return tuple(dict.fromkeys(folded(text).split()))


def words_of(text: str) -> Words:
    """Parses a search line: words in quotation marks form a phrase, `-word` is excluded. An open quotation mark reaches
    to the end of the line, as while typing."""
    wanted: dict[str, None] = {}
    unwanted: dict[str, None] = {}
    for minus, phrase, word in _WORD.findall(folded(text)):
        found = " ".join(phrase.split()) or word
        # A lone minus, and a minus with a letter or two, is a word that is still being typed.
        if found and found != "-" and not (minus and len(found) < LEAST_UNWANTED):
            (unwanted if minus else wanted)[found] = None
    return Words(tuple(wanted), tuple(unwanted))


def searched_text(texts: Iterable[str | None], paths: Iterable[str]) -> str:
    """Everything by which a task is found, folded: its own texts, and its file names without folders."""
    names = dict.fromkeys(_name(path) for path in paths if path)
    return folded("\n".join(text for text in (*texts, *names) if text))


def heading_of(task: Task) -> str:
    """Sort key of "by prompt": the title, else the prompt, folded; its first 80 characters."""
    return folded((task.title or task.request.prompt)[:80]).strip()


def prompt_key(request: Request) -> str:
    """Equal for takes of the same prompt, ignoring blanks and case; empty without a prompt."""
    words = " ".join(folded(request.prompt).split())
    return hashlib.blake2b(words.encode(), digest_size=8).hexdigest() if words else ""


def asked_seconds(request: Request) -> float:
    """The requested duration; 0 if none was given."""
    value = request.values.get("duration")
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e6 else 0.0


def clean_tag(text: str) -> str:
    """Normal form of a tag: folded, single blanks, without commas (which separate tags) and quotation marks."""
    return " ".join(re.sub(r'[,"]', " ", folded(text)).split())


def clean_tags(text: str) -> tuple[str, ...]:
    """The tags of a comma-separated line, without duplicates."""
    return tuple(dict.fromkeys(tag for part in text.split(",") if (tag := clean_tag(part))))


def _name(path: str) -> str:
    for separator in _SEPARATORS:
        path = path.rsplit(separator, 1)[-1]
    return path
