"""Entries of the left pane: fixed pages, projects, tags, batches, and saved searches. Saved searches are stored in the
settings as text, which is parsed at each use.

`PageNames` renames projects, tags and batches for all their tasks, on the loop's thread; StoreError passes.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import Enum
from typing import Any

from runway_desktop.domain.events import Notice
from runway_desktop.domain.library import Document, Filter, GroupBy, Listing, Page, PageCounts, clean_tag, folded
from runway_desktop.domain.task import BatchId
from runway_desktop.services.engine import Engine
from runway_desktop.services.settings import CHAINS, Settings
from runway_desktop.services.tasks.judging import Judged, Judging
from runway_desktop.texts import Text, _
from runway_desktop.usecases.words.queue import held_instead
from runway_desktop.usecases.words.tasks import sheet_title
from runway_desktop.usecases.words.units import shortened
from runway_desktop.values import Struct, field, replace

from .language import PAGES, TITLES, Query, Term, read

RECENT_BATCHES = 8
MOST_TAGS = 24
"""The most frequent ones, sorted by name."""
_PAGES = (
    (Page.ALL, "mdi6.view-grid-outline", Text("everything, library")),
    (Page.LIVE, "mdi6.progress-clock", Text("running, in progress, pending")),
    (Page.WAITING_HERE, "mdi6.tray-full", Text("waiting, unsent, outbox")),
    (Page.NEEDS_ATTENTION, "mdi6.alert-outline", Text("failed, errors, problems, uncertain")),
    (Page.NOT_SAVED, "mdi6.content-save-alert-outline", Text("unsaved")),
    (Page.SAVED, "mdi6.check-circle-outline", Text("finished, done, results, downloads")),
    (Page.PICKS, "mdi6.star-outline", Text("favorites, selects")),
    (Page.MISSING, "mdi6.file-question-outline", Text("lost files")),
    (Page.CHANGED, "mdi6.file-edit-outline", Text("modified files")),
    (Page.SUGGESTED, "mdi6.robot-outline", Text("by agents")),
)
"""With icon and synonyms for the palette."""
_ONLY_IF_ANY = frozenset({Page.NOT_SAVED, Page.MISSING, Page.CHANGED, Page.SUGGESTED})
"""Listed only if not empty, or open."""
NEW_PROJECT = "new project"
"""Stands for the room of the entry that names a project."""
_ROOMS_AFTER = 4
"""Number of fixed entries above the additional pages."""
_KEY = "list.searches"
_LONGEST_NAME = 60
_PAGE_WORDS = {page: word for word, page in PAGES.items()} | {Page.PICKS: "pick"}


class SavedSearch(Struct, frozen=True):
    """`line` is the whole search as text, including the page where it was made."""

    id: str
    name: str
    line: str


class SavedSearches:
    """In the user's order. The settings must be loaded."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def all(self) -> tuple[SavedSearch, ...]:
        """The valid ones of those stored."""
        stored = self._settings.get(_KEY, [])
        return tuple(map(_from_stored, filter(_is_whole, stored))) if isinstance(stored, list) else ()

    def save(self, query: Query, name: str) -> SavedSearch | None:
        """Saves a search unless an equal one exists; None if it is empty."""
        from uuid import uuid4

        if not query.line:
            return None
        found = next((saved for saved in self.all if saved.line == query.line), None)
        if found is not None:
            return found
        saved = SavedSearch(uuid4().hex, name, query.line)
        self._keep((*self.all, saved))
        return saved

    def rename(self, search_id: str, name: str) -> None:
        """A blank name changes nothing."""
        words = " ".join(name.split())
        if words:
            self._keep([replace(saved, name=words) if saved.id == search_id else saved for saved in self.all])

    def replace_term(self, old: Term, new: Term) -> dict[str, str]:
        """Replaces a term, in whatever case it is written. Returns the former line of each search that changed, by
        id."""
        before: dict[str, str] = {}
        renamed = []
        for saved in self.all:
            query = read(saved.line)
            terms = [_replaced(term, old, new) for term in query.terms]
            if terms != list(query.terms):
                before[saved.id] = saved.line
            renamed.append(
                replace(saved, line=replace(query, terms=tuple(terms)).line) if saved.id in before else saved
            )
        if before:
            self._keep(renamed)
        return before

    def restore_lines(self, lines: Mapping[str, str]) -> None:
        """Undoes `replace_term`."""
        if lines:
            self._keep([replace(saved, line=lines.get(saved.id, saved.line)) for saved in self.all])

    def delete(self, search_id: str) -> None:
        self._keep([saved for saved in self.all if saved.id != search_id])

    def restore(self, saved: SavedSearch, position: int) -> None:
        """Undoes a deletion: inserts it at its old index."""
        kept = [found for found in self.all if found.id != saved.id]
        self._keep([*kept[:position], saved, *kept[position:]])

    def _keep(self, searches: Sequence[SavedSearch]) -> None:
        self._settings.set(_KEY, [{"id": s.id, "name": s.name, "line": s.line} for s in searches])


def _replaced(term: Term, old: Term, new: Term) -> Term:
    is_old = (term.key, folded(term.value)) == (old.key, folded(old.value))
    return replace(term, value=new.value) if is_old else term


def usual_name(query: Query, title: str) -> str:
    """The default name of a search: its terms, else the title of its page."""
    labels = [term.label for term in query.terms] + ([query.text] if query.text else [])
    return shortened(", ".join(labels), _LONGEST_NAME) or title


def page_terms(page: Filter, known: PageCounts) -> tuple[Term, ...]:
    """A page as search terms, so that a saved search works on any page. A batch is named by its name if that finds no
    other batch, else by its id."""
    names = {batch: name for batch, name, __ in known.batches}
    terms = [Term("project", project) for project in sorted(page.projects)]
    for batch in sorted(page.batches):
        name = names.get(batch, batch)
        is_clear = [other for other in names if folded(name) in folded(names[other])] == [batch]
        terms.append(Term("batch", name if is_clear else batch))
    terms += [Term("tag", tag) for tag in sorted(page.tags)]
    word = _PAGE_WORDS.get(page.page)
    return (*terms, *((Term("is", word),) if word else ()))


def _is_whole(stored: Any) -> bool:
    return isinstance(stored, Mapping) and all(isinstance(stored.get(name), str) for name in ("id", "name", "line"))


def _from_stored(stored: Mapping[str, str]) -> SavedSearch:
    return SavedSearch(stored["id"], stored["name"], stored["line"])


class PageGroup(Enum):
    """The groups of the sidebar, with their headings."""

    FIXED = Text("")
    SHEETS = Text("Unsent sheets")
    PROJECTS = Text("Projects")
    SEARCHES = Text("Saved searches")
    TAGS = Text("Tags")
    BATCHES = Text("Batches")


class PaneEntry(Struct, frozen=True):
    """One line. `heading` lines, of a group, cannot be selected."""

    title: str
    count: int | None = None
    icon: str = ""
    filter: Filter | None = None
    heading: bool = False
    search: SavedSearch | None = None
    room: str = ""
    """The id of a page without a list of tasks."""
    waits: bool = False
    """Of such a page: something waits there to be answered. It stands with the queue, others below the lists."""
    sheet_id: str = ""
    """A sheet with rows that were not sent; no list of tasks."""
    synonyms: str = ""
    group: PageGroup = PageGroup.FIXED
    """Of a heading."""

    @property
    def can_be_renamed(self) -> bool:
        chosen = self.filter
        return self.search is not None or bool(chosen and (chosen.projects or chosen.tags or chosen.batches))

    @property
    def key(self) -> str:
        chosen = self.filter
        if self.sheet_id:
            return f"sheet {self.sheet_id}"
        if chosen is None:
            return f"page {self.room}" if self.room else f"# {self.title}"
        if self.search is not None:
            return f"search {self.search.id}"
        tags = [f"tag {tag}" for tag in sorted(chosen.tags)]
        return "|".join([chosen.page.value, *sorted(chosen.projects), *sorted(chosen.batches), *tags])


def entries_of(
    counts: PageCounts,
    opened: Page,
    searches: Iterable[SavedSearch] = (),
    found: Mapping[str, int] | None = None,
    rooms: Sequence[PaneEntry] = (),
) -> list[PaneEntry]:
    """`opened`: the page that the list shows. `found`: number of hits of each saved search, by id. `rooms` are
    additional ones without a list of tasks."""
    fixed = [
        PaneEntry(str(TITLES[page]), counts.pages.get(page, 0), icon, Filter(page=page), synonyms=str(synonyms))
        for page, icon, synonyms in _PAGES
        if page not in _ONLY_IF_ANY or counts.pages.get(page) or page is opened
    ]
    fixed[_ROOMS_AFTER:_ROOMS_AFTER] = [room for room in rooms if room.waits]
    fixed += [room for room in rooms if not room.waits]
    frequent = sorted(counts.tags.items(), key=lambda item: -item[1])[:MOST_TAGS]
    groups = {
        # First, since unsent rows are in no list of tasks.
        PageGroup.SHEETS: [
            PaneEntry(sheet_title(kept.name), kept.unsent, sheet_id=kept.id) for kept in counts.unsent[:RECENT_BATCHES]
        ],
        PageGroup.PROJECTS: [
            PaneEntry(name, amount, filter=Filter(projects=frozenset({name})))
            for name, amount in sorted(counts.projects.items(), key=lambda item: item[0].casefold())
            if name
        ]
        + [PaneEntry(_("New project…"), icon="mdi6.plus", room=NEW_PROJECT)],
        PageGroup.SEARCHES: [
            PaneEntry(search.name, (found or {}).get(search.id), filter=Filter(), search=search) for search in searches
        ],
        PageGroup.TAGS: [
            PaneEntry(tag, amount, filter=Filter(tags=frozenset({tag}))) for tag, amount in sorted(frequent)
        ],
        PageGroup.BATCHES: [
            PaneEntry(name, amount, filter=Filter(batches=frozenset({BatchId(batch)})))
            for batch, name, amount in counts.batches[:RECENT_BATCHES]
        ],
    }
    headed = [
        [PaneEntry(str(group.value), heading=True, group=group), *entries]
        for group, entries in groups.items()
        if entries
    ]
    return [*fixed, *(entry for entries in headed for entry in entries)]


class Renamed(Struct, frozen=True, kw_only=True):
    """A renamed page, with what undoes it. `judged`: the changed tasks; None for a batch. `lines`: the former lines of
    saved searches that name the page."""

    before: Filter
    after: Filter
    name: str
    judged: Judged | None = None
    caps: Mapping[str, float] = field(default_factory=dict)
    """Caps of all projects before."""
    lines: Mapping[str, str] = field(default_factory=dict)
    has_cut: bool = False
    """The project's cut went along."""
    rounds: tuple[str, ...] = ()
    """Ids of the rounds of review that went along."""
    batch_name: str = ""
    """Empty: the batch had no name."""


class PageNames:
    def __init__(self, engine: Engine, judging: Judging) -> None:
        self._engine = engine
        self._judging = judging

    async def rename(self, page: Filter, name: str) -> Renamed | None:
        """Renames the project, tag or batch of a page. If another one has that name, both become one. None if nothing
        changes: the name is blank or the same."""
        words = " ".join(name.split())
        if page.batches:
            return await self._rename_batch(page, next(iter(page.batches)), words)
        new = words if page.projects else clean_tag(words)
        old = next(iter(page.projects or page.tags))
        if not new or new == old:
            return None
        everything = Listing(filter=page, group=GroupBy.NONE)
        ids = (await self._engine.library.list(everything)).ids
        if page.tags:
            judged = await self._judging.tag(ids, [new], [old])
            after = replace(page, tags=frozenset({new}))
            return Renamed(before=page, after=after, name=new, judged=judged, lines=self._replaced("tag", old, new))
        caps = dict(self._engine.settings.project_caps)
        if old in caps:
            # First, so that no task is sent without its project's cap.
            await self._cap(new, caps.get(new, caps[old]))
        judged = await self._judging.set_project(ids, new)
        self._drop_cap(old)
        chains = self._engine.settings.get(CHAINS, {})
        if old in chains:
            # Kept for the old name too, for undo.
            self._engine.settings.set(CHAINS, {new: chains[old], **chains})
        has_cut, rounds = await self._move_cut(old, new), await self._move_rounds(old, new)
        after, lines = replace(page, projects=frozenset({new})), self._replaced("project", old, new)
        return Renamed(before=page, after=after, name=new, judged=judged, caps=caps, lines=lines, has_cut=has_cut,
                       rounds=rounds)  # fmt: skip

    def _replaced(self, key: str, old: str, new: str) -> dict[str, str]:
        return SavedSearches(self._engine.settings).replace_term(Term(key, old), Term(key, new))

    async def undo(self, renamed: Renamed) -> None:
        SavedSearches(self._engine.settings).restore_lines(renamed.lines)
        if renamed.judged is None:
            await self._engine.library.rename_batch(next(iter(renamed.before.batches)), renamed.batch_name)
            return
        held = 0
        for old in renamed.before.projects:
            if renamed.has_cut:
                await self._move_cut(renamed.name, old)
            await self._move_rounds(renamed.name, old, renamed.rounds)
        for project in renamed.before.projects & renamed.caps.keys():
            held += await self._engine.queue_acts.hold_over_cap(project)
            await self._cap(project, renamed.caps[project])
        held += (await self._judging.put_back(renamed.judged.what, renamed.judged.before)).held
        for project in renamed.after.projects - renamed.caps.keys():
            held += await self._engine.queue_acts.hold_over_cap(project)
            self._drop_cap(project)
        if held:
            self._engine.bus.tell(Notice(held_instead(held)))

    async def _move_cut(self, old: str, new: str) -> bool:
        """Not over another one."""
        library = self._engine.library
        [text] = await library.documents(Document.CUT, old) or [""]
        if not text or await library.documents(Document.CUT, new):
            return False
        await self._put(Document.CUT, new, new, text)
        await library.delete_document(Document.CUT, old)
        return True

    async def _move_rounds(self, old: str, new: str, only: Collection[str] | None = None) -> tuple[str, ...]:
        found = {json.loads(text)["id"]: text for text in await self._engine.library.documents(Document.ROUND, old)}
        moved = {one: text for one, text in found.items() if only is None or one in only}
        for one, text in moved.items():
            await self._put(Document.ROUND, one, new, text)
        return tuple(moved)

    async def _put(self, kind: Document, document_id: str, project: str, text: str) -> None:
        told = json.dumps({**json.loads(text), "project": project})
        await self._engine.library.save_document(kind, document_id, project, self._engine.clock.now(), told)

    async def _cap(self, project: str, credits: float) -> None:
        settings = self._engine.settings
        settings.project_caps = {**settings.project_caps, project: credits}
        await self._engine.budget.catch_up()

    def _drop_cap(self, project: str) -> None:
        settings = self._engine.settings
        if project in settings.project_caps:
            settings.project_caps = {name: cap for name, cap in settings.project_caps.items() if name != project}

    async def _rename_batch(self, page: Filter, batch: BatchId, name: str) -> Renamed | None:
        if not name:
            return None
        before = await self._engine.library.rename_batch(batch, name)
        if before == name:
            return None
        lines = self._replaced("batch", before, name) if before else {}
        return Renamed(before=page, after=page, name=name, batch_name=before, lines=lines)
