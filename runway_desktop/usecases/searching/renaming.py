"""Renames projects, tags and batches for all their tasks. Loop's thread; StoreError passes."""

from __future__ import annotations

from collections.abc import Mapping

from runway_desktop.domain.events import Notice
from runway_desktop.domain.library import Filter, GroupBy, Listing, clean_tag
from runway_desktop.domain.task import BatchId
from runway_desktop.services.engine import Engine
from runway_desktop.services.tasks.judging import Judged, Judging
from runway_desktop.usecases.words.queue import held_instead
from runway_desktop.values import Struct, field, replace

from .language import Term
from .pages import SavedSearches


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
        after, lines = replace(page, projects=frozenset({new})), self._replaced("project", old, new)
        return Renamed(before=page, after=after, name=new, judged=judged, caps=caps, lines=lines)

    def _replaced(self, key: str, old: str, new: str) -> dict[str, str]:
        return SavedSearches(self._engine.settings).replace_term(Term(key, old), Term(key, new))

    async def undo(self, renamed: Renamed) -> None:
        SavedSearches(self._engine.settings).restore_lines(renamed.lines)
        if renamed.judged is None:
            await self._engine.library.rename_batch(next(iter(renamed.before.batches)), renamed.batch_name)
            return
        held = 0
        for project in renamed.before.projects & renamed.caps.keys():
            held += await self._engine.queue_acts.hold_over_cap(project)
            await self._cap(project, renamed.caps[project])
        held += (await self._judging.put_back(renamed.judged.what, renamed.judged.before)).held
        for project in renamed.after.projects - renamed.caps.keys():
            held += await self._engine.queue_acts.hold_over_cap(project)
            self._drop_cap(project)
        if held:
            self._engine.bus.tell(Notice(held_instead(held)))

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
