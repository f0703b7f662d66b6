"""The connection to a profile's engine: a running process, else an engine of its own, and the next one after
that ends."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.remote import engine_client as lines
from runway_desktop.remote.door import Door
from runway_desktop.remote.engine_client import EngineClient
from runway_desktop.remote.messages import Hello, Welcome
from runway_desktop.services.disk import private_socket
from runway_desktop.services.disk.profile_lock import Claim, claim, is_in_use
from runway_desktop.store.trouble import closed
from runway_desktop.usecases.clients.refusals import CallRefused, Code
from tests.rigs.lockless import refuse_locks

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has named pipes, which Qt serves")


class Engine:
    """One that has the claim and answers with its name, until it moves."""

    def __init__(self, name: str, claimed: Claim) -> None:
        self.name = name
        self.is_leaving = self.is_over = self.has_window = False
        self.clients: list[str] = []
        self.ended = asyncio.Event()
        self.waits: list[float] = []
        self.heard = asyncio.Event()
        self._claim = claimed

    def welcome(self) -> Welcome:
        return Welcome(program="1.0", has_window=self.has_window, is_leaving=self.is_leaving)

    async def call(self, caller: Hello, name: str, arguments: Mapping[str, Any]) -> object:
        self.clients.append(caller.client)
        if self.is_leaving:
            raise CallRefused("It moves.", code=Code.MOVING)
        if name == "wait":
            self.waits.append(arguments["seconds"])
            self.heard.set()
            if self.name == "other":
                await asyncio.Event().wait()
        if name == "bad":
            raise CallRefused("No.", code=Code.INPUT)
        if name == "late" and self.name == "other":
            self.is_leaving = True
            self.ended.set()
            raise closed()
        return self.name

    async def close(self) -> None:
        self.is_leaving = self.is_over = True
        self._claim.release()


class Starts:
    """Makes engines, numbered."""

    def __init__(self) -> None:
        self.made: list[Engine] = []

    async def __call__(self, claimed: Claim) -> Engine:
        self.made.append(Engine(f"own {len(self.made) + 1}", claimed))
        return self.made[-1]


@asynccontextmanager
async def holder(folder: Path) -> AsyncIterator[Engine]:
    claimed = claim(folder)
    assert claimed is not None
    engine, door = Engine("other", claimed), Door(private_socket.Listening(folder, 8))
    await door.open(engine)
    try:
        yield engine
    finally:
        await door.close()
        if not engine.is_over:
            await engine.close()


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "FOR_WINDOW", 0.1)


async def test_running_engine_is_asked_and_no_second_one_is_started(tmp_path: Path):
    starts = Starts()
    async with holder(tmp_path) as other:
        line = EngineClient(tmp_path, "claude", starts)
        assert await line.call("task", {}) == "other"
        assert (other.clients, starts.made) == (["claude"], [])
        await line.close()


async def test_one_engine_is_started_for_all_calls_where_none_is_running(tmp_path: Path):
    starts = Starts()
    line = EngineClient(tmp_path, "claude", starts)
    assert await asyncio.gather(*(line.call("task", {}) for _ in range(5))) == ["own 1"] * 5
    assert line.has_own_engine
    await line.close()
    assert not is_in_use(tmp_path)


async def test_next_call_starts_an_engine_when_the_other_ends(tmp_path: Path):
    line = EngineClient(tmp_path, "claude", Starts())
    async with holder(tmp_path):
        assert await line.call("task", {}) == "other"
    assert await line.call("task", {}) == "own 1"
    await line.close()


async def test_client_follows_an_engine_that_moves_to_a_window(tmp_path: Path):
    starts = Starts()
    line = EngineClient(tmp_path, "claude", starts)
    assert await line.call("task", {}) == "own 1"
    starts.made[0].is_leaving = True
    asked = asyncio.create_task(line.call("task", {}))
    await asyncio.sleep(0.02)
    assert not asked.done()
    await starts.made[0].close()
    async with holder(tmp_path):
        assert await asked == "other"
    await line.close()


async def test_call_to_a_closing_engine_is_answered_by_the_next_engine(tmp_path: Path):
    starts = Starts()
    line = EngineClient(tmp_path, "claude", starts)
    async with holder(tmp_path) as other:
        asked = asyncio.create_task(line.call("late", {}))
        await other.ended.wait()
        assert not asked.done()
    assert await asked == "own 1"
    await line.close()


async def test_wait_across_engines_keeps_one_deadline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lines, "LONGEST_WAIT", 5.0)
    starts = Starts()
    line = EngineClient(tmp_path, "claude", starts)
    async with holder(tmp_path) as other:
        asked = asyncio.create_task(line.call("wait", {"ids": ["a"], "seconds": 600.0}))
        await other.heard.wait()
    assert await asked == "own 1"
    assert 5.0 >= other.waits[0] > starts.made[0].waits[0] > 0.0
    await line.close()


async def test_wait_with_silent_engines_ends_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lines, "ANSWERED_WITHIN", 0.2)
    async with holder(tmp_path) as other:
        line = EngineClient(tmp_path, "claude", Starts())
        with pytest.raises(CallRefused) as refused:
            await line.call("wait", {"ids": ["a"], "seconds": 0.1}, patience=0.1)
        assert refused.value.code is Code.AGAIN
        assert other.heard.is_set()
        await line.close()


@pytest.mark.parametrize("connected", [True, False])
async def test_own_engine_starts_as_soon_as_a_closing_window_frees_the_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, connected: bool
):
    monkeypatch.setattr(lines, "FOR_WINDOW", 600.0)
    starts = Starts()
    line = EngineClient(tmp_path, "claude", starts)
    async with holder(tmp_path) as window:
        window.has_window = True
        if connected:
            assert await line.call("task", {}) == "other"
        window.is_leaving = True
        asked = asyncio.create_task(line.call("task", {}))
        await asyncio.sleep(0.02)
        assert (starts.made, asked.done()) == ([], False), "two engines never have the profile"
    assert await asyncio.wait_for(asked, 5) == "own 1"
    await line.close()


async def test_refusal_is_returned_once_and_not_retried(tmp_path: Path):
    async with holder(tmp_path) as other:
        line = EngineClient(tmp_path, "claude", Starts())
        with pytest.raises(CallRefused, match=r"No\."):
            await line.call("bad", {})
        assert len(other.clients) == 1
        await line.close()


async def test_agent_keeps_the_name_it_gives_first(tmp_path: Path):
    async with holder(tmp_path) as other:
        line = EngineClient(tmp_path, "mcp", Starts())
        line.identify("claude")
        await line.call("task", {})
        line.identify("claude")
        await line.call("task", {})
        assert other.clients == ["claude", "claude"]
        await line.close()


async def test_second_name_on_a_connection_is_refused_and_disturbs_no_call(tmp_path: Path):
    async with holder(tmp_path) as other:
        line = EngineClient(tmp_path, "mcp", Starts())
        line.identify("claude")
        asked = [asyncio.create_task(line.call("task", {})) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(CallRefused, match="Another program uses this connection") as refused:
            line.identify("guest")
        assert refused.value.code is Code.REFUSED
        assert await asyncio.gather(*asked) == ["other"] * 3
        assert other.clients == ["claude"] * 3
        await line.close()


async def test_silent_engine_is_reported_as_silent(tmp_path: Path):
    claimed = claim(tmp_path)
    assert claimed is not None
    line = EngineClient(tmp_path, "claude", Starts())
    with pytest.raises(CallRefused, match="does not answer") as refused:
        await line.call("task", {}, patience=0.1)
    assert refused.value.code is Code.AGAIN
    claimed.release()
    await line.close()


async def test_paid_request_being_finished_for_a_window_is_reported(tmp_path: Path):
    async with holder(tmp_path) as other:
        other.is_leaving = True
        line = EngineClient(tmp_path, "claude", Starts())
        with pytest.raises(CallRefused, match="a paid request is finished first"):
            await line.call("task", {}, patience=0.1)
        await line.close()


@pytest.mark.skipif(sys.platform != "linux", reason="the descriptors' paths are read from /proc")
async def test_two_clients_on_a_disk_without_locks_start_one_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    refuse_locks(monkeypatch, tmp_path)
    starts = Starts()
    both = [EngineClient(tmp_path, name, starts) for name in ("claude", "cursor")]
    asked = [asyncio.create_task(line.call("task", {}, patience=0.3)) for line in both]
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert found.count("own 1") == 1
    assert len(starts.made) == 1
    for line in both:
        await line.close()


@pytest.mark.skipif(sys.platform != "linux", reason="the descriptors' paths are read from /proc")
async def test_client_starts_no_engine_where_locks_are_unreliable_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    refuse_locks(monkeypatch, None)
    starts = Starts()
    line = EngineClient(tmp_path, "claude", starts)
    with pytest.raises(CallRefused, match="cannot say whether the profile is open elsewhere") as refused:
        await line.call("task", {})
    assert (refused.value.code, starts.made) == (Code.PERSON, [])
    await line.close()
