"""Entries of the left pane and saved searches, without a window."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from runway_desktop.domain.library import Filter, KeptSheet, Page, PageCounts
from runway_desktop.domain.task import BatchId
from runway_desktop.services.bus import Bus
from runway_desktop.services.settings import Settings
from runway_desktop.usecases.searching.language import Query, Term, read
from runway_desktop.usecases.searching.pages import (
    MOST_TAGS,
    PaneEntry,
    SavedSearches,
    entries_of,
    page_terms,
    usual_name,
)
from tests.rigs.fakes import FakeClock, MemoryStore

FOG = read("fog rating:>=4")
NIGHT = read("night")


def settings() -> Settings:
    return Settings(MemoryStore(), Bus(), FakeClock(), default_library=Path("library"))


def titles(counts: PageCounts, opened: Page = Page.ALL, pages: Sequence[PaneEntry] = ()) -> list[str]:
    return [entry.title for entry in entries_of(counts, opened, rooms=pages)]


def test_trouble_page_is_listed_while_it_has_tasks_or_is_open() -> None:
    assert "Missing files" not in titles(PageCounts())
    assert "Missing files" in titles(PageCounts(pages={Page.MISSING: 1}))
    assert "Missing files" in titles(PageCounts(), opened=Page.MISSING)


def test_other_pages_follow_the_attention_page() -> None:
    page = PaneEntry("Requests", 0, room="requests", waits=True)
    counts = PageCounts(pages={Page.NOT_SAVED: 1})
    assert titles(counts, pages=[page])[3:6] == ["Needs attention", "Requests", "Not saved"]


def test_only_the_most_frequent_tags_are_listed_by_name() -> None:
    tags = {f"tag {number:02}": number for number in range(MOST_TAGS + 2)}
    found = titles(PageCounts(tags=tags))
    assert found[found.index("Tags") + 1 :] == sorted(tags)[2:]


def test_every_page_entry_has_a_unique_key() -> None:
    counts = PageCounts(projects={"a": 1}, tags={"a": 1}, batches=((BatchId("b1"), "a", 1), (BatchId("b2"), "a", 1)))
    keys = [entry.key for entry in entries_of(counts, Page.ALL)]
    assert len(keys) == len(set(keys))


def test_saved_search_is_stored_once_and_returns_to_its_place() -> None:
    searches = SavedSearches(settings())
    first, second = searches.save(FOG, "Fog"), searches.save(NIGHT, "Night")
    assert first is not None
    assert searches.save(FOG, "Again") == first
    assert searches.save(Query(), "Nothing") is None
    searches.rename(first.id, "  ")
    searches.delete(first.id)
    assert list(searches.all) == [second]
    searches.restore(first, 0)
    assert list(searches.all) == [first, second]


def test_unnamed_saved_search_is_named_by_its_words() -> None:
    assert usual_name(FOG, "All tasks") == "Rating ≥ 4, fog"
    assert usual_name(Query(), "Live") == "Live"


def test_every_page_but_the_library_can_be_written_as_search_words() -> None:
    assert page_terms(Filter(), PageCounts()) == ()
    for page in set(Page) - {Page.ALL}:
        [term] = page_terms(Filter(page=page), PageCounts())
        assert term.key == "is"
    assert page_terms(Filter(page=Page.PICKS), PageCounts()) == (Term("is", "pick"),)


def test_sheet_with_unsent_rows_is_listed_once_below_the_pages():
    left = KeptSheet(id="s1", name="shots.csv", changed_at=1.0, rows=12, unsent=1, batch_id=BatchId("b1"))
    counts = PageCounts(batches=((BatchId("b1"), "shots.csv", 11),), unsent=(left,), projects={"Aurora": 3})
    entries = entries_of(counts, Page.ALL)
    titles = [entry.title for entry in entries]
    at = titles.index("Unsent sheets")
    assert titles.index("Picks") < at < titles.index("Projects")
    assert entries[at].heading
    assert (entries[at + 1].title, entries[at + 1].count, entries[at + 1].sheet_id) == ("shots.csv", 1, "s1")
    assert [(one.count, one.sheet_id) for one in entries if one.title == "shots.csv"] == [(1, "s1"), (11, "")]
    assert "Unsent sheets" not in [entry.title for entry in entries_of(PageCounts(), Page.ALL)]
