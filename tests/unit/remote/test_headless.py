"""The engine without a window: its calls when a window takes over the profile."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.errors import ListClosed
from runway_desktop.domain.hooks import Happening
from runway_desktop.domain.permissions import Permission
from runway_desktop.domain.secrecy import KnownSecrets
from runway_desktop.remote import headless
from runway_desktop.remote.headless import Headless
from runway_desktop.remote.messages import LEAVE, Hello
from runway_desktop.services.account import Account
from runway_desktop.services.disk.profile_lock import claim
from runway_desktop.usecases.clients.refusals import CallRefused, Code
from runway_desktop.values import replace
from runway_desktop.wiring import environment
from runway_desktop.wiring.build import Address, Assembly, build
from tests.rigs.permits import permit
from tests.rigs.waiting import soon

FOX = {"endpoint": "text_to_image", "model": "gen4_image", "prompt": "A fox", "values": {"ratio": "1024:1024"}}


@asynccontextmanager
async def engine_of(folder: Path) -> AsyncIterator[Headless]:
    profile = environment.profile(demo=False, folder=folder)
    claimed = claim(profile.folder)
    assert claimed is not None
    address = Address(base_url="http://127.0.0.1:9", secret="")
    state = environment.state_folder(profile)
    engine = await Headless.start(profile, address, claimed, state=state, secrecy=KnownSecrets())
    try:
        yield engine
    finally:
        await engine.close()


class Endless:
    """Work that begins and never ends by itself."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()

    async def __call__(self, *_: object) -> Any:
        self.begun.set()
        await asyncio.Event().wait()


@pytest.mark.parametrize("stuck", ["the keychain", "the loops"])
async def test_create_interrupted_by_a_window_is_told_that_the_engine_moves(
    stuck: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    await permit(tmp_path, "claude", Permission.ASK)
    endless = Endless()

    async def build_stuck(*words: Any, **more: Any) -> Assembly:
        return replace(await build(*words, **more), prepare=endless)

    if stuck == "the loops":
        monkeypatch.setattr(headless, "build", build_stuck)
    else:
        monkeypatch.setattr(Account, "start", endless)
    async with engine_of(tmp_path) as engine:
        creates = asyncio.create_task(engine.call(Hello(client="claude"), "create", FOX))
        await endless.begun.wait()
        await engine.call(Hello(client="window"), LEAVE, {})
        with pytest.raises(CallRefused) as refused:
            await creates
        assert refused.value.code is Code.MOVING


async def test_call_abandoned_during_the_hand_over_is_canceled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    await permit(tmp_path, "claude", Permission.ASK)
    endless = Endless()
    monkeypatch.setattr(Account, "start", endless)
    async with engine_of(tmp_path) as engine:
        creates = asyncio.create_task(engine.call(Hello(client="claude"), "create", FOX))
        await endless.begun.wait()
        await engine.call(Hello(client="window"), LEAVE, {})
        creates.cancel()
        with pytest.raises(asyncio.CancelledError):
            await creates


async def test_call_arriving_as_the_list_closes_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    built: list[Assembly] = []

    async def build_and_keep(*words: Any, **more: Any) -> Assembly:
        built.append(await build(*words, **more))
        return built[-1]

    monkeypatch.setattr(headless, "build", build_and_keep)
    async with engine_of(tmp_path):
        pass
    with pytest.raises(ListClosed):
        await asyncio.wait_for(built[0].engine.clients.client("claude"), 5)


@pytest.mark.skipif(sys.platform == "win32", reason="a script of a POSIX shell")
async def test_window_gets_the_profile_while_a_hook_hangs_and_the_hook_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    await permit(tmp_path, "claude", Permission.ASK)
    built: list[Assembly] = []

    async def build_and_keep(*words: Any, **more: Any) -> Assembly:
        built.append(await build(*words, **more))
        return built[-1]

    monkeypatch.setattr(headless, "build", build_and_keep)
    program, event = tmp_path / "program", tmp_path / "event"
    program.write_text(
        f"#!/bin/sh\ncat > {event}.part; mv {event}.part {event}\n"
        f"while [ ! -e {event}.go ]; do sleep 0.05; done\ntouch {event}.end\n"
    )
    program.chmod(0o755)
    async with engine_of(tmp_path) as engine:
        await built[0].engine.hooks.set([str(program)], frozenset(Happening))
        await engine.call(Hello(client="claude"), "create", FOX)
        await soon(event.exists)
        await engine.call(Hello(client="window"), LEAVE, {})
        await soon(lambda: engine.is_over)
        claimed = claim(environment.profile(demo=False, folder=tmp_path).folder)
        assert claimed is not None
        claimed.release()
        told = json.loads(event.read_text())
        assert (told["event"], told["waits_for"]) == ("needs_me", "the person")
    Path(f"{event}.go").touch()
    await soon(Path(f"{event}.end").exists)
