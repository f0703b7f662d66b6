"""A tested key leaves no connection and no copy in memory."""

from __future__ import annotations

import gc
import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, cast

import httpx

from runway_desktop.api.client import RunwayClient
from runway_desktop.domain.errors import KeyRefused
from runway_desktop.domain.secrecy import KnownSecrets
from runway_desktop.services.account import Account
from runway_desktop.services.bus import Bus
from runway_desktop.services.clock import SystemClock
from runway_desktop.simulator.server import running_simulator
from runway_desktop.simulator.world import Knobs
from runway_desktop.wiring.build import LateRunway
from tests.rigs.engine_rig import CATALOG
from tests.rigs.fakes import MemorySecrets


def open_clients() -> list[httpx.AsyncClient]:
    return [one for one in gc.get_objects() if type(one) is httpx.AsyncClient and not one.is_closed]


def holders_of(*texts: bytes) -> list[str]:
    """What kind of objects hold one of the texts, apart from frames. Everything in memory is looked through once."""
    gc.collect()
    found = []
    for one in gc.get_objects():
        if type(one).__name__ in ("frame", "coroutine"):
            continue
        parts = gc.get_referents(one)
        # Tuples of texts are not watched by the collector themselves.
        parts += [inner for part in parts if isinstance(part, tuple) for inner in part]
        for part in parts:
            held = part.encode("utf-8", "replace") if isinstance(part, str) else part
            if isinstance(held, bytes | bytearray) and any(text in held for text in texts):
                found.append(type(one).__name__)
    return found


async def test_tested_keys_leave_no_connection_and_no_secret():
    async with running_simulator(Knobs(seed=3), catalog=CATALOG) as simulator:
        with ThreadPoolExecutor(1) as workers:

            async def make_client() -> Any:
                return RunwayClient(simulator.base_url, executor=workers)

            def make_runway(secret: str) -> LateRunway:
                other = LateRunway(make_client, secrecy)
                other.use_secret(secret)
                return other

            secrecy = KnownSecrets()
            own = cast(Any, LateRunway(make_client, secrecy))
            account = Account(own, make_runway, MemorySecrets(), Bus(), SystemClock(), random.Random(1))
            gc.collect()
            before = len(open_clients())
            for number in range(3):
                # Put together anew each time: the test itself must not hold what it looks for.
                with suppress(KeyRefused):
                    await account.test_key("key_" + f"{number}7e5" * 32)
            assert (await account.test_key(simulator.secret)).balance > 0
            assert len(open_clients()) == before
            assert holders_of(*(b"key_" + f"{number}7e5".encode() * 25 for number in range(3))) == []
