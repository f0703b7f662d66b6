"""Takes that a client looks at, and suggests: the person sees whose suggestion it is, and it picks nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from runway_desktop.catalog import Catalog
from runway_desktop.domain.events import EngineNotice, EngineNoticeCode, TaskChanged
from runway_desktop.domain.library import Filter, Page, Row, Without
from runway_desktop.domain.permissions import Permission, Suggestion
from runway_desktop.domain.task import Pick, State, TaskId
from runway_desktop.services.library.library import Details
from runway_desktop.store import client_rows
from runway_desktop.usecases.clients.refusals import CallRefused, Code
from runway_desktop.usecases.words.tasks import facts_of
from runway_desktop.values import replace
from tests.rigs.clients_desk import AGENT, Desk, a_desk
from tests.rigs.rows import saved, task


async def takes(desk: Desk, amount: int) -> list[TaskId]:
    """Tasks of the person, each with a saved clip."""
    made = [task(number, State.SUCCEEDED, "A fox") for number in range(amount)]
    await desk.rig.store.add(made, [], None, [])
    await desk.rig.store.save_outputs([saved(one, f"/library/{one.id}.mp4") for one in made])
    return [one.id for one in made]


async def found_by(desk: Desk, query: str) -> list[str]:
    return [one["id"] for one in (await desk.call(AGENT, "list", query=query))["tasks"]]


async def test_looked_at_takes_have_numbers_and_files_and_only_results_are_suggested(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        one, two = await takes(desk, 2)
        await desk.rig.store.save_outputs([saved(task(1), "/library/more.mp4", 1)])
        waits = (await desk.create(AGENT))["id"]
        found = (await desk.call(AGENT, "look", ids=[one, waits, two]))["takes"]
        assert [(take["number"], take["id"]) for take in found] == [(1, one), (2, waits), (3, two), (4, two)]
        assert [take.get("file", {}).get("path") for take in found][1:] == [
            None,
            "/library/t1.mp4",
            "/library/more.mp4",
        ]
        with pytest.raises(CallRefused, match="10 results, 9 fit"):
            await desk.call(AGENT, "look", ids=[two] * 5)
        with pytest.raises(CallRefused, match="without a result"):
            await desk.call(AGENT, "suggest", ids=[one, waits])
        with pytest.raises(CallRefused) as refused:
            await desk.call(AGENT, "look", ids=["none"])
        assert refused.value.code is Code.NOT_FOUND


async def test_suggestion_is_shown_as_the_programs_and_is_no_pick(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        one, two = await takes(desk, 2)
        heard: list[object] = []
        desk.engine.bus.listen(heard.append)
        for _ in range(2):
            await desk.call(AGENT, "suggest", ids=[two], reason="the  sharpest\n")
        assert [event.task.id for event in heard if isinstance(event, TaskChanged)] == [two, two]
        notices = [event for event in heard if isinstance(event, EngineNotice)]
        assert notices == [EngineNotice(EngineNoticeCode.CLIENT_SUGGESTS, (AGENT,))]
        assert await found_by(desk, "is:suggested") == [two]
        assert await found_by(desk, "-is:suggested") == [one]
        assert await found_by(desk, "is:pick") == []
        pages = (await desk.engine.library.counts()).pages
        assert (pages[Page.PICKS], pages[Page.SUGGESTED]) == (0, 1)
        details = await desk.engine.library.details(two)
        assert details is not None
        assert details.suggested == (Suggestion(client=AGENT, reason="the sharpest", at=desk.rig.clock.now()),)
        [line] = [line for line in await desk.engine.clients.recorded(0.0, 20) if line.call == "suggest"][:1]
        assert (line.client, line.about) == (AGENT, "1, the sharpest")
        await desk.use_cases.judging.pick([two], Pick.REJECT)
        assert await found_by(desk, "is:suggested") == []


def test_details_name_who_suggests_a_take_until_the_person_decides():
    words = Suggestion(client="claude-code", reason="sharp\u202e", at=1.0)
    details = Details(row=Row(task=task(1, State.SUCCEEDED)), suggested=(words,))

    def said(details: Details) -> list[str]:
        facts = facts_of(details, Catalog.load(), 2_000_000_000.0, price=None, usual=None)
        return [fact.text for fact in facts if "Claude Code" in fact.text]

    assert said(details) == ["Claude Code · sharp\\u202e"]
    assert said(replace(details, row=Row(task=replace(details.row.task, pick=Pick.PICK)))) == []


async def test_client_may_suggest_unless_it_is_revoked_or_paused(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        [one] = await takes(desk, 1)
        await desk.call("stranger", "suggest", ids=[one])
        clients = desk.engine.clients
        await clients.pause_all(paused=True)
        with pytest.raises(CallRefused, match="paused"):
            await desk.call("other", "suggest", ids=[one])
        assert (await desk.call("other", "look", ids=[one]))["takes"]
        await clients.pause_all(paused=False)
        await clients.permit("other", Permission.REVOKED)
        for call in ("look", "suggest"):
            with pytest.raises(CallRefused, match="revoked"):
                await desk.call("other", call, ids=[one])
        details = await desk.engine.library.details(one)
        assert details is not None
        assert [found.client for found in details.suggested] == ["stranger"]


async def test_only_the_latest_suggestions_of_a_client_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(client_rows, "MOST_SUGGESTED", 2)
    async with a_desk(tmp_path) as desk:
        ids = await takes(desk, 4)
        await desk.call("stranger", "suggest", ids=ids[:1])
        for one in ids:
            await desk.rig.clock.advance(1)
            await desk.call(AGENT, "suggest", ids=[one])
        suggested = Filter(page=Page.SUGGESTED)
        assert await desk.engine.library.amount(suggested) == 3
        without = Filter(without=Without(pages=frozenset({Page.SUGGESTED})))
        assert await desk.engine.library.amount(without) == 1
