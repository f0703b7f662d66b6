"""Starting and stopping the simulator: in a loop, as a child that ends with its parent, from the command line."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from runway_desktop.domain.profiles import own_words
from runway_desktop.simulator.__main__ import main
from runway_desktop.simulator.child import SimulatorDidNotStart, SimulatorProcess
from runway_desktop.simulator.server import running_simulator
from runway_desktop.simulator.world import Knobs
from tests.unit.simulator.desk import CLIP, HEADERS


async def test_two_simulators_run_side_by_side_on_three_origins_each() -> None:
    async with running_simulator() as one, running_simulator() as other:
        addresses = {one.base_url, one.upload_url, one.output_url, other.base_url, other.upload_url, other.output_url}
    assert len(addresses) == 6
    assert all(address.startswith("http://127.0.0.1:") for address in addresses)


async def test_port_in_use_is_an_error_that_leaves_no_server() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            async with running_simulator(port=taken.getsockname()[1]):
                pass


async def test_organization_survives_a_restart(tmp_path: Path) -> None:
    kept = tmp_path / "organization.json"
    async with running_simulator(Knobs(), kept_in=kept) as first, httpx.AsyncClient(headers=HEADERS) as api:
        task_id = (await api.post(f"{first.base_url}/v1/text_to_video", json=CLIP)).json()["id"]
    async with running_simulator(Knobs(), kept_in=kept) as second, httpx.AsyncClient(headers=HEADERS) as api:
        second.clock.forward(100)
        task = (await api.get(f"{second.base_url}/v1/tasks/{task_id}")).json()
        output = await api.get(task["output"][0])
    assert task["status"] == "SUCCEEDED"
    assert output.status_code == 200


def test_simulator_process_ends_when_its_parent_is_gone() -> None:
    program = (
        "import os\n"
        "from runway_desktop.simulator.child import SimulatorProcess\n"
        "child = SimulatorProcess.start(['--speed', '50'])\n"
        "print(child.base_url.rpartition(':')[2], flush=True)\n"
        "os._exit(9)\n"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert answer.returncode == 9
    assert _connection_ends(int(answer.stdout))


def test_simulator_process_stores_its_organization_when_stopped(tmp_path: Path) -> None:
    kept = tmp_path / "organization.json"
    child = SimulatorProcess.start(["--keep", str(kept)])
    httpx.post(f"{child.base_url}/v1/text_to_video", json=CLIP, headers=HEADERS).raise_for_status()
    child.stop()
    child.stop()
    assert not child.is_running()
    assert len(json.loads(kept.read_text(encoding="utf-8"))["tasks"]) == 1


def test_simulator_process_that_cannot_start_is_reported() -> None:
    with pytest.raises(SimulatorDidNotStart):
        SimulatorProcess.start(["--speed", "none"])


def test_command_line_refuses_unknown_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--fault", "get:explode"], ["--failure-rate", "7"]):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 2
    assert "explode" in capsys.readouterr().err


def test_bundle_starts_its_simulator_by_its_own_file(monkeypatch: pytest.MonkeyPatch) -> None:
    assert own_words()[1:] == ["-m", "runway_desktop"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert own_words() == [sys.executable]


def _connection_ends(port: int) -> bool:
    """Whether the simulator on this port closes: at once, or while one waits for its last word."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
            return line.recv(1) == b""
    except ConnectionError:
        return True
