"""Adapters created at first use behave like the real ones."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.account import NO_KEY, fingerprint_of
from runway_desktop.domain.errors import NotReached, RunwayDesktopError
from runway_desktop.domain.secrecy import KnownSecrets
from runway_desktop.wiring.build import Late, LateFetcher, LateRunway


class Client:
    """Writes down what it is asked."""

    def __init__(self) -> None:
        self.secret: str | None = "never given"
        self.calls: list[str] = []

    def use_secret(self, secret: str | None) -> None:
        self.secret = secret

    async def aclose(self) -> None:
        self.calls.append("closed")

    def __getattr__(self, name: str):
        async def call(*arguments: object) -> tuple[str, str | None]:
            self.calls.append(name)
            return name, self.secret

        return call


class Fetcher:
    def __init__(self) -> None:
        self.closed = False

    @asynccontextmanager
    async def open(self, url: str, *, offset: int = 0, etag: str = ""):
        yield (url, offset, etag)

    async def aclose(self) -> None:
        self.closed = True


class Maker:
    def __init__(self, make, troubles: int = 0) -> None:
        self._make = make
        self.made: list = []
        self.troubles = troubles

    async def __call__(self):
        await asyncio.sleep(0)
        if self.troubles:
            self.troubles -= 1
            raise OSError("not yet")
        self.made.append(self._make())
        return self.made[-1]


async def test_adapter_is_created_once_for_simultaneous_calls():
    maker = Maker(Client)
    late = Late(maker)
    found = await asyncio.gather(*(late.get() for _ in range(5)))
    assert len(maker.made) == 1
    assert all(one is found[0] for one in found)


async def test_failed_creation_of_an_adapter_is_retried_by_the_next_call():
    maker = Maker(Client, troubles=1)
    late = Late(maker)
    with pytest.raises(NotReached) as caught:
        await late.get()
    assert caught.value.detail == "not yet"
    assert await late.get() is maker.made[0]


async def test_unused_adapter_is_neither_created_nor_closed():
    maker = Maker(Client)
    await LateRunway(maker, KnownSecrets()).aclose()
    await LateFetcher(Maker(Fetcher)).aclose()
    assert not maker.made


async def test_secret_set_before_and_after_creation_reaches_the_client():
    maker = Maker(Client)
    runway: Any = LateRunway(maker, KnownSecrets())
    runway.use_secret("first")
    assert await runway.organization() == ("organization", "first")
    runway.use_secret("second")
    assert await runway.organization() == ("organization", "second")
    runway.use_secret(None)
    assert await runway.organization() == ("organization", None)


async def test_request_started_with_a_former_secret_is_not_sent_with_the_new_one():
    maker = Maker(Client)
    runway: Any = LateRunway(maker, KnownSecrets())
    runway.use_secret("old")
    asking = asyncio.create_task(runway.organization())
    await asyncio.sleep(0)
    runway.use_secret("new")
    with pytest.raises(NotReached):
        await asking
    assert maker.made[0].calls == []
    assert await runway.organization() == ("organization", "new")


async def test_key_in_use_stays_redacted_after_a_test():
    secrecy = KnownSecrets()
    in_use, tested = (LateRunway(Maker(Client), secrecy) for _ in range(2))
    for runway in (in_use, tested, in_use):
        runway.use_secret("a studio's own")
    await tested.aclose()
    await tested.aclose()
    assert secrecy.struck_out("a studio's own") == "key_…"
    await in_use.aclose()
    assert secrecy.struck_out("a studio's own") == "a studio's own"


async def test_lazy_client_knows_its_key_before_the_client_exists():
    runway = LateRunway(Maker(Client), KnownSecrets())
    assert runway.key == NO_KEY
    runway.use_secret("mine")
    assert runway.key == fingerprint_of("mine")


async def test_every_call_reaches_the_client(tmp_path: Path):
    maker = Maker(Client)
    runway: Any = LateRunway(maker, KnownSecrets())
    await runway.create("text_to_video", {})
    await runway.task("id")
    await runway.delete("id")
    await runway.usage(None, None)
    await runway.upload(tmp_path, lambda *_: None)
    await runway.aclose()
    assert maker.made[0].calls == ["create", "task", "delete", "usage", "upload", "closed"]


async def test_two_simultaneous_first_calls_both_carry_the_secret():
    runway: Any = LateRunway(Maker(Client), KnownSecrets())
    runway.use_secret("mine")
    found = await asyncio.gather(runway.organization(), runway.task("id"))
    assert [secret for _, secret in found] == ["mine", "mine"]


async def test_offset_and_etag_of_a_download_reach_the_fetcher():
    maker = Maker(Fetcher)
    fetcher: Any = LateFetcher(maker)
    async with fetcher.open("https://out.example/a.mp4", offset=7, etag="e") as stream:
        assert stream == ("https://out.example/a.mp4", 7, "e")
    await fetcher.aclose()
    assert maker.made[0].closed


@pytest.mark.parametrize("trouble", [ImportError("no httpx"), RuntimeError("cannot schedule new futures"), KeyError(1)])
async def test_failed_client_creation_counts_as_not_sent(trouble: Exception, tmp_path: Path):
    async def make():
        raise trouble

    runway: Any = LateRunway(make, KnownSecrets())
    fetcher: Any = LateFetcher(make)
    for call in (
        runway.create("text_to_video", {}),
        runway.task("id"),
        runway.delete("id"),
        runway.organization(),
        runway.usage(None, None),
        runway.upload(tmp_path, lambda *_: None),
        fetcher.open("https://out.example/a.mp4").__aenter__(),
    ):
        with pytest.raises(NotReached):
            await call


async def test_forbidden_address_is_reported_and_counts_as_not_sent():
    async def refuse() -> Client:
        raise RunwayDesktopError("The address must begin with https.", advice="Leave it empty.")

    runway = LateRunway(refuse, KnownSecrets())
    with pytest.raises(NotReached, match="must begin with https") as caught:
        await runway.create("text_to_video", {})
    assert caught.value.advice == "Leave it empty."
