"""The server of a profile's socket: limits, errors as one sentence, and no repeated calls."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.remote.client import ConnectionLost, OtherVersion, connect
from runway_desktop.remote.door import MOST_CALLS, MOST_CONNECTIONS, Door
from runway_desktop.remote.messages import LONGEST_LINE, PROTOCOL, Hello, Welcome, line_of
from runway_desktop.services.disk import private_socket
from runway_desktop.usecases.clients.refusals import CallRefused, Code

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has named pipes, which Qt serves")


class Engine:
    """Answers a call with what it was asked; `held` calls wait."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, dict[str, Any]]] = []
        self.canceled = 0
        self.gate = asyncio.Event()
        self.protocol = PROTOCOL

    def welcome(self) -> Welcome:
        return Welcome(program="1.0", protocol=self.protocol)

    async def call(self, caller: Hello, name: str, arguments: Mapping[str, Any]) -> object:
        self.calls.append((caller.client, name, dict(arguments)))
        match name:
            case "held":
                try:
                    await self.gate.wait()
                except asyncio.CancelledError:
                    self.canceled += 1
                    raise
            case "refused":
                raise CallRefused("There is no such task.", code=Code.NOT_FOUND, advice="Look again.")
            case "large":
                return "x" * LONGEST_LINE
        return {"name": name, **arguments}


@asynccontextmanager
async def door_of(folder: Path) -> AsyncIterator[Engine]:
    door, engine = Door(private_socket.Listening(folder, MOST_CONNECTIONS)), Engine()
    await door.open(engine)
    try:
        yield engine
    finally:
        await door.close()


async def raw(folder: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    [place] = private_socket.addresses(folder)
    return await asyncio.open_unix_connection(place, limit=2 * LONGEST_LINE)


async def said_to(folder: Path, sent: bytes) -> dict[str, Any]:
    """The last line that comes back before the other end closes the connection."""
    reader, writer = await raw(folder)
    writer.write(sent)
    try:
        lines = (await reader.read()).splitlines()
    except ConnectionError:
        lines = []
    writer.close()
    return json.loads(lines[-1]) if lines else {}


async def test_calls_of_one_connection_run_in_parallel(tmp_path: Path):
    async with door_of(tmp_path) as engine:
        connection = await connect(tmp_path, "claude")
        assert connection is not None
        waiting = asyncio.create_task(connection.call("held", {"n": 1}))
        assert await connection.call("task", {"id": "a"}) == {"name": "task", "id": "a"}
        engine.gate.set()
        assert await waiting == {"name": "held", "n": 1}
        assert [client for client, *_ in engine.calls] == ["claude", "claude"]
        await connection.close()


async def test_call_during_the_start_is_answered_once_ready(tmp_path: Path):
    door, engine = Door(private_socket.Listening(tmp_path, MOST_CONNECTIONS)), Engine()
    early = asyncio.create_task(connect(tmp_path, "early"))
    await asyncio.sleep(0.05)
    assert not early.done()
    await door.open(engine)
    connection = await early
    assert connection is not None
    assert await connection.call("task") == {"name": "task"}
    await connection.close()
    await door.close()


async def test_missing_engine_gives_no_connection(tmp_path: Path):
    assert await connect(tmp_path) is None
    private_socket.Listening(tmp_path, 1).socket.close()
    assert await connect(tmp_path) is None, "a crash has left the socket's file"


async def test_refusal_includes_advice_and_kind(tmp_path: Path):
    async with door_of(tmp_path):
        connection = await connect(tmp_path)
        assert connection is not None
        with pytest.raises(CallRefused, match="There is no such task") as refused:
            await connection.call("refused")
        assert (refused.value.code, refused.value.advice) == (Code.NOT_FOUND, "Look again.")
        await connection.close()


async def test_abandoned_call_is_canceled(tmp_path: Path):
    async with door_of(tmp_path) as engine:
        connection = await connect(tmp_path)
        assert connection is not None
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(connection.call("held"), 0.05)
        await connection.call("task")
        assert engine.canceled == 1
        await connection.close()


async def test_calls_of_a_disconnected_client_are_canceled(tmp_path: Path):
    async with door_of(tmp_path) as engine:
        connection = await connect(tmp_path)
        assert connection is not None
        waiting = asyncio.create_task(connection.call("held"))
        await connection.call("task")
        await connection.close()
        with pytest.raises(ConnectionLost):
            await waiting
        async with asyncio.timeout(5):
            while not engine.canceled:
                await asyncio.sleep(0.01)


async def test_ended_engine_closes_connections_and_removes_its_socket(tmp_path: Path):
    async with door_of(tmp_path):
        connection = await connect(tmp_path)
        assert connection is not None
        waiting = asyncio.create_task(connection.call("held"))
        await connection.call("task")
    with pytest.raises(ConnectionLost):
        await waiting
    assert connection.is_lost
    assert private_socket.addresses(tmp_path) == []
    await connection.close()


async def test_late_ending_engine_does_not_remove_the_next_engines_socket(tmp_path: Path):
    first = Door(private_socket.Listening(tmp_path, MOST_CONNECTIONS))
    await first.open(Engine())
    async with door_of(tmp_path):
        await first.close()
        connection = await connect(tmp_path)
        assert connection is not None
        await connection.close()


async def test_version_mismatch_is_reported_to_both_sides(tmp_path: Path):
    async with door_of(tmp_path) as engine:
        engine.protocol = PROTOCOL + 1
        with pytest.raises(OtherVersion, match="is running with this profile"):
            await connect(tmp_path)
        engine.protocol = PROTOCOL
        later = line_of(Hello(protocol=PROTOCOL + 1))
        said = await said_to(tmp_path, later + b'{"say": "call", "number": 1, "name": "task"}\n')
        assert (said["say"], said["program"]) == ("welcome", "1.0")
        assert engine.calls == []


async def test_version_without_this_protocol_is_recognized(tmp_path: Path):
    listening = private_socket.Listening(tmp_path, 1)

    async def ok(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"ok\n")
        writer.close()

    server = await asyncio.start_unix_server(ok, sock=listening.socket)
    with pytest.raises(OtherVersion, match="An older Runway Desktop"):
        await connect(tmp_path)
    server.close()
    listening.close()


@pytest.mark.parametrize(
    "line",
    [b"no json\n", b'{"say": "call", "number": 1, "name": "task"}\n', b'{"say": "other"}\n', b"{" * 100_000 + b"\n"],
    ids=["no JSON", "no hello", "unknown", "deep"],
)
async def test_invalid_hello_gets_a_sentence_and_nothing_runs(line: bytes, tmp_path: Path):
    async with door_of(tmp_path) as engine:
        said = await said_to(tmp_path, line)
        assert said["say"] == "trouble"
        assert said["message"]
        assert engine.calls == []


async def test_endless_message_is_cut_off_and_runs_nothing(tmp_path: Path):
    async with door_of(tmp_path) as engine:
        reader, writer = await raw(tmp_path)
        writer.write(line_of(Hello()))
        for _ in range(100):
            writer.write(b"x" * 100_000)
            with suppress(ConnectionError):
                await writer.drain()
        assert writer.is_closing()
        assert engine.calls == []
        with suppress(ConnectionError):
            await reader.read()
        connection = await connect(tmp_path)
        assert connection is not None
        await connection.close()


async def test_incomplete_line_runs_nothing(tmp_path: Path):
    async with door_of(tmp_path) as engine:
        _, writer = await raw(tmp_path)
        writer.write(line_of(Hello()) + b'{"say": "call", "number": 1, "name": "ta')
        await writer.drain()
        writer.close()
        connection = await connect(tmp_path)
        assert connection is not None
        await connection.call("task")
        assert len(engine.calls) == 1
        await connection.close()


async def test_too_many_calls_are_refused_while_others_continue(tmp_path: Path):
    async with door_of(tmp_path) as engine:
        connection = await connect(tmp_path)
        assert connection is not None
        waiting = [asyncio.create_task(connection.call("held")) for _ in range(MOST_CALLS)]
        await asyncio.sleep(0)
        with pytest.raises(CallRefused, match="Too many calls"):
            await connection.call("task")
        engine.gate.set()
        assert len(await asyncio.gather(*waiting)) == MOST_CALLS
        await connection.close()


async def test_connections_beyond_the_limit_get_a_sentence(tmp_path: Path):
    async with door_of(tmp_path) as engine:
        answers = await asyncio.gather(*(hello(tmp_path) for _ in range(500)))
        said = [json.loads(line)["say"] for line, _ in answers]
        assert said.count("welcome") == MOST_CONNECTIONS
        assert said.count("trouble") == 500 - MOST_CONNECTIONS
        assert engine.calls == []
        for _, writer in answers:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for _, writer in answers), return_exceptions=True)
        connection = await connect(tmp_path)
        assert connection is not None, "there is room again"
        await connection.close()


async def hello(folder: Path) -> tuple[bytes, asyncio.StreamWriter]:
    while True:
        reader, writer = await raw(folder)
        writer.write(line_of(Hello()))
        with suppress(OSError):
            if line := await reader.readline():
                return line, writer
        # As many wait already as may; asyncio takes such a one for connected.
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        await asyncio.sleep(0.01)


async def test_oversized_answer_is_rejected(tmp_path: Path):
    async with door_of(tmp_path):
        connection = await connect(tmp_path)
        assert connection is not None
        with pytest.raises(CallRefused, match="too long"):
            await connection.call("large")
        assert await connection.call("task") == {"name": "task"}
        await connection.close()


async def test_program_of_another_user_is_told_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with door_of(tmp_path) as engine:
        monkeypatch.setattr(private_socket, "peer_is_own", lambda _: False)
        assert await said_to(tmp_path, line_of(Hello())) == {}
        assert await connect(tmp_path) is None
        assert engine.calls == []


async def test_oversized_call_is_refused_before_sending(tmp_path: Path):
    async with door_of(tmp_path) as engine:
        connection = await connect(tmp_path)
        assert connection is not None
        with pytest.raises(CallRefused, match="longer than") as refused:
            await connection.call("task", {"id": "x" * LONGEST_LINE})
        assert refused.value.code is Code.INPUT
        assert await connection.call("task") == {"name": "task"}
        assert len(engine.calls) == 1
        await connection.close()
