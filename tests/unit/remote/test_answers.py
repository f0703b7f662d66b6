"""Which calls are answered: permission comes first, and a client whose environment names another key or address than
the engine uses gets what is kept, and nothing that asks Runway or spends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.account import fingerprint_of
from runway_desktop.domain.permissions import COMMAND_LINE, Permission
from runway_desktop.domain.task import RemoteId
from runway_desktop.remote.answers import answer
from runway_desktop.remote.engine_client import EngineClient
from runway_desktop.remote.messages import Hello
from runway_desktop.usecases.clients.client_cases import ClientCases
from runway_desktop.usecases.clients.refusals import CallRefused, Code
from runway_desktop.usecases.clients.verbs import VERBS
from tests.rigs.clients_desk import AGENT, Desk, a_desk

ID = "17f20503-6c24-4c16-946b-35dbbce2af2f"
ASK_RUNWAY: dict[str, dict[str, Any]] = {
    "wait": {"ids": [ID]},
    "balance": {},
    "estimate": {"endpoint": "text_to_video", "model": "gen4.5"},
    "estimate_batch": {"rows": []},
    "create": {"endpoint": "text_to_video", "model": "gen4.5", "prompt": "A fox"},
    "steps": {"project": "Aurora spot", "step": "2"},
    "adopt": {"ids": [ID]},
    "cancel": {"ids": [ID]},
    "release": {"id": ID},
    "resolve": {"id": ID, "made": ID},
    "get": {"id": ID},
}
ADDRESS = "https://api.example"
VALUES = {"ratio": "1280:720", "duration": 5}


def cases_of(desk: Desk) -> ClientCases:
    async def find_key() -> None: ...

    return ClientCases(
        desk.engine,
        lambda: desk.use_cases.sending,
        find_key,
        ADDRESS,
        has_window=True,
        steps=lambda: desk.use_cases.steps,
        export_cut=desk.use_cases._export_cut,
    )


@pytest.mark.parametrize(
    ("more", "code", "names"),
    [
        ({"key": fingerprint_of("key_another")}, Code.KEY, "RUNWAYML_API_SECRET"),
        ({"address": "http://127.0.0.1:9"}, Code.INPUT, f"{ADDRESS}, not the address of RUNWAYML_BASE_URL"),
    ],
)
async def test_client_with_another_key_or_address_can_neither_ask_runway_nor_spend(
    tmp_path: Path, more: dict[str, Any], code: Code, names: str
):
    async with a_desk(tmp_path) as desk:
        caller = Hello(client=COMMAND_LINE, **more)
        for name, arguments in ASK_RUNWAY.items():
            with pytest.raises(CallRefused, match=names) as refused:
                await answer(cases_of(desk), caller, name, arguments)
            assert (refused.value.code, "another profile" in refused.value.advice) == (code, True)
        assert not desk.rig.runway.requests
        assert not desk.rig.ledger.all_queued()


def test_every_call_that_asks_runway_is_covered_here():
    assert set(ASK_RUNWAY) == {name for name, verb in VERBS.items() if verb.asks}


async def test_local_data_is_answered_with_the_engines_identity(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        made = await desk.create(max_credits=100.0)
        asked = len(desk.rig.runway.requests)
        caller = Hello(client=COMMAND_LINE, key=fingerprint_of("key_another"))
        for name, arguments in (("list", {}), ("get", {"id": made["id"], "links": True})):
            found: Any = await answer(cases_of(desk), caller, name, arguments)
            assert "Runway Desktop is open with this profile" in found["engine"]
        assert len(desk.rig.runway.requests) == asked


async def test_client_with_the_same_or_no_key_uses_the_engines_key(tmp_path: Path):
    async with a_desk(tmp_path) as desk:
        key = desk.engine.account.key.fingerprint
        for caller in (Hello(client=COMMAND_LINE), Hello(client=COMMAND_LINE, key=key, address=ADDRESS)):
            found: Any = await answer(cases_of(desk), caller, "list", {})
            assert "engine" not in found
        made: Any = await answer(
            cases_of(desk), caller, "create", {**ASK_RUNWAY["create"], "values": VALUES, "max_credits": 100.0}
        )
        assert made["state"] == "queued"


@pytest.mark.parametrize("refused", [{"client": AGENT}, {"client": COMMAND_LINE, "address": "http://127.0.0.1:9"}])
async def test_refused_client_starts_no_engine_loops(tmp_path: Path, refused: dict[str, Any]):
    started: list[str] = []

    async def work(client: str, **_: object) -> None:
        started.append(client)

    async with a_desk(tmp_path) as desk:
        await desk.engine.clients.permit(AGENT, Permission.REVOKED)
        with pytest.raises(CallRefused):
            await answer(cases_of(desk), Hello(**refused), "wait", {"ids": [RemoteId(ID)]}, work)
        assert started == []


@pytest.mark.parametrize("permission", Permission)
async def test_only_a_client_with_permission_starts_sending_of_the_queue(tmp_path: Path, permission: Permission):
    async with a_desk(tmp_path) as desk:
        await desk.engine.clients.permit(AGENT, permission, 10.0)
        may = permission in (Permission.ASK, Permission.ALLOWANCE)
        assert await desk.cases.may_spend(AGENT) is may
        await desk.engine.clients.pause_all(paused=True)
        assert not await desk.cases.may_spend(AGENT)


@pytest.mark.parametrize("levels", [60, 500, 50_000])
async def test_too_deeply_nested_values_get_a_sentence(levels: int, tmp_path: Path):
    deep: Any = "x"
    for level in range(levels):
        deep = [deep] if level % 2 else {"a": deep}
    async with a_desk(tmp_path) as desk:
        with pytest.raises(CallRefused, match="nested") as refused:
            await answer(cases_of(desk), Hello(client=AGENT), "create", {**ASK_RUNWAY["create"], "values": {"a": deep}})
        assert refused.value.code is Code.INPUT
    line = EngineClient(tmp_path, AGENT, _no_engine)
    with pytest.raises(CallRefused, match="nested"):
        await line.call("create", {"values": {"a": deep}})
    while isinstance(deep, list | dict):
        # Freed level by level: Python frees nested values by recursion.
        deep = deep[0] if isinstance(deep, list) else deep["a"]


async def _no_engine(_: object) -> Any:
    raise AssertionError("Refused before an engine is looked for")
