"""How the list is asked for (pages, filters, sorting), what a row and a page show, a batch sheet as it is kept, what
is stored about tasks in addition to the tasks, and how a search compares.

In a search case, width and compatibility forms make no difference (full-width letters are found by plain ones);
accents do.

Pure values; the store answers them. Times are Unix seconds, durations seconds, credits floats.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum, StrEnum
from typing import Any

from runway_desktop.values import Struct, field

from .task import BatchId, Input, Output, Pick, Request, State, Task, TaskId


class Page(StrEnum):
    """The fixed entries of the left pane."""

    ALL = "all"
    LIVE = "live"
    WAITING_HERE = "waiting here"
    NEEDS_ATTENTION = "needs attention"
    """Uncertain, failed, gone, an output that could not be saved; not yet put away by the person."""
    SAVED = "saved"
    PICKS = "picks"
    MISSING = "missing files"
    """A file is not where it was saved."""
    CHANGED = "changed files"
    """A file was changed outside."""


class SortKey(StrEnum):
    MADE = "made"
    """When it came up here. What a task goes through never moves it, and what was made at once keeps its own order."""
    PROMPT = "prompt"
    STATE = "state"
    COST = "cost"
    MODEL = "model"
    LANE = "lane"
    """The order in which held tasks will be sent."""
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
    """Takes of one prompt together; prompts with a single take make one group, whose key is empty."""
    LANE = "lane"
    """The queue: a group for each model, and one for what no cap lets go. Not known to the store, which gives the tasks
    in one row."""


class Bounds(Struct, frozen=True):
    """From `least` to `most`, both in it; None is open."""

    least: float | None = None
    most: float | None = None

    def __bool__(self) -> bool:
        return self.least is not None or self.most is not None

    def __contains__(self, value: float) -> bool:
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


PERSON = ""
"""Among clients: the person, for whom no program asked."""


class Traits(Struct, frozen=True, kw_only=True):
    """What a task can be picked out by. An empty set asks for nothing."""

    states: frozenset[State] = frozenset()
    models: frozenset[str] = frozenset()
    endpoints: frozenset[str] = frozenset()
    projects: frozenset[str] = frozenset()
    batches: frozenset[BatchId] = frozenset()
    tags: frozenset[str] = frozenset()
    picks: frozenset[Pick] = frozenset()
    shots: frozenset[str] = frozenset()
    clients: frozenset[str] = frozenset()
    """Programs that asked for it; PERSON: none did."""
    pages: frozenset[Page] = frozenset()


class Without(Traits, frozen=True, kw_only=True):
    """What a listed task must not be, any of it."""

    def __bool__(self) -> bool:
        return self != _NOTHING


_NOTHING = Without()


class Filter(Traits, frozen=True, kw_only=True):
    """All parts must hold, of `tags` and `pages` (beside `page`) each one. Empty sets, spans and None mean "any".
    `text` is searched in prompt, title, note, tags, project, shot, model, file name and ids; what it may hold tells
    `domain.search.words_of`."""

    page: Page = Page.ALL
    text: str = ""
    since: float | None = None
    until: float | None = None
    rating: Bounds = Bounds()
    """Stars; 0 is not rated."""
    cost: Bounds = Bounds()
    """Credits, actual or estimated; one whose price is not known costs nothing here."""
    length: Bounds = Bounds()
    """Seconds of the longest result, or as asked for while none is there."""
    without: Without = _NOTHING


class Listing(Struct, frozen=True, kw_only=True):
    """What the list shows: which, in what order, in what groups."""

    filter: Filter = field(default_factory=Filter)
    sort: SortKey = SortKey.MADE
    descending: bool = True
    group: GroupBy = GroupBy.BATCH


class Entries(Struct, frozen=True):
    """The ordered answer, kept small: the ids, and how many of them stand in each group, in the same order. Those of
    one group stand together; a group stands where its first entry sorts. A hundred thousand of them are one list, not
    as many objects."""

    ids: Sequence[TaskId] = ()
    groups: tuple[tuple[str, int], ...] = ()
    """Key (batch id, day as YYYY-MM-DD, model …) and number of entries. None of them for a list that is not grouped."""
    is_whole: bool = True
    """False: more would follow, which was not asked for."""

    def __len__(self) -> int:
        return len(self.ids)

    def runs(self) -> Iterator[tuple[str, int, int]]:
        """Key of each group, position of its first entry and the position after its last."""
        start = 0
        for key, amount in self.groups:
            yield key, start, start + amount
            start += amount


class Row(Struct, frozen=True, kw_only=True):
    """A task with what the list needs beside it."""

    task: Task
    outputs: tuple[Output, ...] = ()
    first_input_path: str = ""
    """A local picture of the request, to show in place of a poster while there is no result."""


class ResultFacts(Struct, frozen=True, kw_only=True):
    """What is told of a result beside itself: its task, of how many it is one, what it was made from, the name of its
    batch."""

    task: Task
    count: int
    inputs: Sequence[Input]
    batch: str


class GroupSummary(Struct, frozen=True, kw_only=True):
    """What the header of a group tells."""

    key: str
    title: str
    total: int
    by_state: Mapping[State, int] = field(default_factory=dict)
    saved: int = 0
    """SUCCEEDED with every output saved."""
    missing: int = 0
    """Of those that are saved: a file is not where it was saved."""
    credits: float = 0.0
    """Best known price of all members together."""


class PageCounts(Struct, frozen=True, kw_only=True):
    """How many tasks each page of the left pane holds."""

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
    clients: tuple[str, ...] = ()
    """Programs that have asked for tasks."""
    unsent: tuple[KeptSheet, ...] = ()
    """Sheets of which some rows were sent and others were not, latest first, without their texts."""


class Takes(Struct, frozen=True, kw_only=True):
    """All takes of one idea: a task and whatever was retried, edited or remixed from it, oldest first."""

    ids: tuple[TaskId, ...] = ()

    def number(self, task_id: TaskId) -> int:
        """1 for the first; 0 for one that is none of them."""
        return self.ids.index(task_id) + 1 if task_id in self.ids else 0


class NotSaved(Struct, frozen=True, kw_only=True):
    """Results of tasks that succeeded which are not on this disk though Runway may still have them: never saved yet, or
    missing. `results` may be only the first of them, the most urgent first; `total` counts them all."""

    total: int = 0
    results: tuple[tuple[Row, Output], ...] = ()


class MadeSheet(Enum):
    """Stands in place of a sheet's name that nobody gave it. The values are stored and must not change."""

    BLANK = "<blank>"
    PASTED = "<pasted>"


class KeptSheet(Struct, frozen=True, kw_only=True):
    """`name` may be the value of a `MadeSheet`. `batch_id` is the batch that its tasks belong to, None while none was
    sent. `rows` is how many are filled in, of which `unsent` were not sent yet."""

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
    """One line of what happened to a task, append-only. `kind` is a word such as "sent", "accepted", "state",
    "saved", "cancel asked"."""

    task_id: TaskId
    at: float
    kind: str
    detail: Mapping[str, Any]


class Timing(Struct, frozen=True, kw_only=True):
    """How long a like task took, in seconds; -1 for what is not known."""

    queued: float
    ran: float
    total: float


class Estimate(Struct, frozen=True, kw_only=True):
    """What Runway said a like request would cost, and when."""

    credits: float
    at: float


_SEPARATORS = "/\\"
LEAST_UNWANTED = 3
"""Letters of a word that is left out: nearly every text holds any one or two."""
_WORD = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')


class Words(Struct, frozen=True):
    """What a search looks for, folded, each once. All of `wanted` must be found and none of `unwanted`."""

    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()


def folded(text: str) -> str:
    """The text as searches and sorting see it. Holds no NUL and no lone surrogate, so that any database can keep it."""
    plain = unicodedata.normalize("NFKC", text).casefold() if not text.isascii() else text.lower()
    return plain.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")


def search_words(text: str) -> tuple[str, ...]:
    """The words of a text, folded, each once."""
    return tuple(dict.fromkeys(folded(text).split()))


def words_of(text: str) -> Words:
    """The words of a search line: “"exact words"” belong together, `-word` must not be found. A quotation mark that
    is not closed yet reaches to the end, as one types."""
    wanted: dict[str, None] = {}
    unwanted: dict[str, None] = {}
    for minus, phrase, word in _WORD.findall(folded(text)):
        found = " ".join(phrase.split()) or word
        # A lone minus, and a minus with a letter or two, is a word that is still being typed.
        if found and found != "-" and not (minus and len(found) < LEAST_UNWANTED):
            (unwanted if minus else wanted)[found] = None
    return Words(tuple(wanted), tuple(unwanted))


def searched_text(texts: Iterable[str | None], paths: Iterable[str]) -> str:
    """Everything a task is found by, folded: its own texts, and the names of its files (not their folders)."""
    names = dict.fromkeys(_name(path) for path in paths if path)
    return folded("\n".join(text for text in (*texts, *names) if text))


def heading_of(task: Task) -> str:
    """What a list sorts by when it sorts by prompt: the title, else the prompt, folded; its first 80 characters."""
    return folded((task.title or task.request.prompt)[:80]).strip()


def prompt_key(request: Request) -> str:
    """The same for takes of the same prompt, whatever their blanks and case; empty without a prompt."""
    words = " ".join(folded(request.prompt).split())
    return hashlib.blake2b(words.encode(), digest_size=8).hexdigest() if words else ""


def asked_seconds(request: Request) -> float:
    """How long the result was asked to be; 0 where that was not said."""
    value = request.values.get("duration")
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e6 else 0.0


def clean_tag(text: str) -> str:
    """The one spelling of a tag: folded, blanks single, without commas (which part tags) and quotation marks."""
    return " ".join(re.sub(r'[,"]', " ", folded(text)).split())


def clean_tags(text: str) -> tuple[str, ...]:
    """The tags of a line in which commas part them, each once."""
    return tuple(dict.fromkeys(tag for part in text.split(",") if (tag := clean_tag(part))))


def _name(path: str) -> str:
    for separator in _SEPARATORS:
        path = path.rsplit(separator, 1)[-1]
    return path
