"""On the loop that the program ships: a SOCKS proxy that says nothing costs a few seconds, and no connection."""

from __future__ import annotations

import pytest

from runway_desktop.api.client import RunwayClient
from runway_desktop.api.connections import Patience
from runway_desktop.domain.errors import NotReached
from tests.rigs.socks_server import socks_proxy

CREATES = 4
"""How many may be under way at once."""


@pytest.mark.parametrize("manner", [{"greeting": b""}, {"says": b""}], ids=["silent", "silent later"])
async def test_silent_proxy_is_given_up_and_costs_no_connection(
    manner: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with socks_proxy(9, **manner) as proxy:
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        monkeypatch.delenv("HTTPS_PROXY", raising=False)
        monkeypatch.delenv("https_proxy", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        client = RunwayClient("https://runway.example", "key_a", patience=Patience(connect=0.1))
        for _ in range(2 * CREATES):
            with pytest.raises(NotReached, match="could not be reached"):
                await client.create("text_to_video", {})
        await client.aclose()
