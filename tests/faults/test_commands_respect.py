"""What the person has decided holds for commands too, with no window to ask in: a pause, caps, the balance, a library
that is away, a keychain that is locked. Each ends with its own exit code, and nothing is paid against it."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.account import Fingerprint
from runway_desktop.domain.copies import IDENTITY
from runway_desktop.domain.permissions import COMMAND_LINE, Client, Permission
from runway_desktop.domain.task import Hold, HoldCode, Request, State, Task, TaskId
from runway_desktop.services.settings import PAUSED
from runway_desktop.store import SqliteStore
from runway_desktop.wiring import environment
from tests.faults.commands_rig import IN_VAIN, PICTURE, arrange, run
from tests.faults.hanging_keychain import BACKEND
from tests.rigs.libraries import fill
from tests.rigs.permits import permit
from tests.rigs.profile_programs import Programs, until
from tests.rigs.runway_process import ROOT

PAID = (*PICTURE, "--set", "ratio=1280:720", "--max-credits", "10", "--json")


HELD, QUEUED = TaskId("f0" * 16), TaskId("f1" * 16)


def hold(programs: Programs) -> str:
    """A task that was queued with another key; its id. Another one is queued and only waits for its turn."""

    async def write() -> None:
        store = await SqliteStore.open(environment.profile(demo=False, folder=programs.folder).database)
        values = {"promptText": "A fox", "ratio": "1280:720"}
        wanted = Request(endpoint="text_to_image", model="gen4_image", values=values, prompt="A fox")
        held = Task(id=HELD, request=wanted, created_at=1.0, hold=Hold(HoldCode.OTHER_KEY), key=Fingerprint("another"))
        await store.add([held, Task(id=QUEUED, request=wanted, created_at=1.0)], [], None, [])
        await store.close()

    asyncio.run(write())
    return HELD


def stored(programs: Programs, task_id: TaskId) -> Task:
    async def read() -> Task:
        store = await SqliteStore.open(environment.profile(demo=False, folder=programs.folder).database)
        task = await store.get(task_id)
        await store.close()
        assert task is not None
        return task

    return asyncio.run(read())


def withdraw(programs: Programs, permission: Permission) -> None:
    """Writes the permission of commands without holding what they have queued, as if the person had queued that."""

    async def write() -> None:
        store = await SqliteStore.open(environment.profile(demo=False, folder=programs.folder).database)
        identity = (await store.settings())[IDENTITY]
        await store.save_client(Client(name=COMMAND_LINE, permission=permission), identity["id"])
        await store.close()

    asyncio.run(write())


@pytest.fixture(autouse=True)
def granted(programs: Programs) -> None:
    programs.grant()


@pytest.fixture
def paid(programs: Programs) -> Any:
    """How many requests were paid since the test began."""
    before = len(programs.runway.accepted)
    return lambda: len(programs.runway.accepted) - before


def test_wait_during_a_pause_reports_the_pause(programs: Programs, paid: Any):
    arrange(programs, **{PAUSED: True})
    code, made, said = run(programs, *PAID, **IN_VAIN)
    assert (code, made["state"], made["waits_because"], paid()) == (8, "queued", "Paused", 0)
    again = f"runway-desktop wait {made['id']} --profile-dir {programs.folder}"
    assert made["next"] == f"Queued. It is sent when the person resumes sending. To wait for it: {again}"
    assert f"is not sent yet: Paused. {made['next']}" in said
    code, _, said = run(programs, "wait", made["id"], "--timeout", "1")
    assert (code, "queued: Paused" in said) == (8, True)
    arrange(programs, **{PAUSED: False})
    assert (run(programs, "wait", made["id"])[0], paid()) == (0, 1)


@pytest.mark.parametrize(
    ("permission", "reads", "pays", "why"),
    [
        (Permission.REVOKED, 7, 7, "revoked"),
        (Permission.READ, 0, 7, "runway-desktop grant"),
        (Permission.ALLOWANCE, 0, 0, ""),
    ],
)
def test_commands_obey_the_permissions_set_by_the_person(
    programs: Programs, paid: Any, permission: Permission, reads: int, pays: int, why: str
):  # fmt: skip
    asyncio.run(permit(programs.folder, COMMAND_LINE, permission, 100.0))
    assert run(programs, "list")[0] == reads
    code, _, said = run(programs, *PAID)
    assert (code, paid()) == (pays, int(pays == 0)), said
    assert why in said


@pytest.mark.parametrize("cap", ["day_cap", "month_cap", "sending_cap"])
def test_command_above_a_cap_queues_its_task(programs: Programs, paid: Any, cap: str):
    arrange(programs, **{cap: 1.0})
    assert run(programs, *PAID, "--dry-run")[1]["would"] == "queue"
    code, made, said = run(programs, *PAID)
    assert (code, made["state"], made["waits_for"], paid()) == (8, "queued", "a cap", 0), said
    assert (run(programs, *PAID)[1]["id"], paid()) == (made["id"], 0), "asked again, it is the same task"


def test_command_above_its_price_limit_is_refused(programs: Programs, paid: Any):
    code, _, said = run(programs, *PAID, "--max-credits", "1")
    assert (code, "more than 1" in said, paid()) == (7, True, 0)


def test_paid_result_is_kept_while_the_library_folder_is_missing(programs: Programs, paid: Any, tmp_path: Path):
    drive = tmp_path / "drive"
    (drive / "library").mkdir(parents=True)
    arrange(programs, library_folder=str(drive / "library"))
    code, first, _ = run(programs, *PAID, "--wait")
    assert (code, Path(first["files"][0]["path"]).is_relative_to(drive)) == (0, True)
    drive.rename(tmp_path / "unplugged")
    code, made, said = run(programs, *PAID, "--prompt", "Away", "--wait", **IN_VAIN)
    assert (code, made["status"], paid()) == (1, "SUCCEEDED", 2), said
    assert f"{made['id']}: a result is not saved. The folder" in said
    assert f"To have the rest later: runway-desktop wait {made['id']}" in said
    (tmp_path / "unplugged").rename(drive)
    code, waited, _ = run(programs, "wait", made["id"], "--json")
    assert (code, Path(waited["tasks"][0]["files"][0]["path"]).is_relative_to(drive)) == (0, True)


def test_locked_keychain_ends_a_command_that_needs_the_key(programs: Programs, tmp_path: Path):
    (tmp_path / "waiting_keychain.py").write_text(BACKEND, encoding="utf-8")
    locked = {
        "ASKED": str(tmp_path / "asked"), "PYTHON_KEYRING_BACKEND": "waiting_keychain.Waiting",
        "PYTHONPATH": f"{ROOT}:{tmp_path}", "RUNWAYML_API_SECRET": "",
    }  # fmt: skip
    code, refused, said = run(programs, "balance", "--json", **locked)
    assert (code, refused["code"]) == (4, "key")
    assert "waits to be unlocked" in said
    assert run(programs, "list", **locked)[0] == 0, "what needs no key is answered"


def test_task_without_a_key_reports_that_and_is_sent_once_a_key_is_set(programs: Programs, paid: Any):
    code, made, said = run(
        programs, *PAID, RUNWAYML_API_SECRET="", PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring"
    )
    assert (code, made["state"], made["waits_for"], paid()) == (8, "queued", "the key", 0), said
    assert (run(programs, "wait", made["id"])[0], paid()) == (0, 1)


def test_refused_key_is_reported_by_commands(programs: Programs, paid: Any):
    programs.runway.fault("api", "status", status=401)
    try:
        code, refused, _ = run(programs, "balance", "--json")
        assert (code, refused["code"]) == (4, "key")
        code, made, said = run(programs, *PAID)
        assert (code, made["waits_because"], paid()) == (8, "Key refused", 0), said
    finally:
        programs.runway.mend()


def test_refused_runway_address_is_reported_as_wrong_input(programs: Programs):
    code, refused, said = run(programs, "balance", "--json", RUNWAYML_BASE_URL="http://example.com")
    assert (code, refused["code"]) == (2, "input")
    assert "RUNWAYML_BASE_URL" in said


def test_unreachable_runway_is_reported_as_temporary(programs: Programs):
    nobody = {"RUNWAYML_BASE_URL": "http://127.0.0.1:1"}
    code, refused, _ = run(programs, "balance", "--json", **nobody)
    assert (code, refused["code"]) == (3, "again")
    assert run(programs, "list", "--json", **nobody)[0] == 0
    code, made, said = run(programs, *PAID, **nobody)
    assert (code, made["state"], made["waits_because"]) == (8, "queued", "Offline"), said


def test_damaged_task_list_stops_all_sending(programs: Programs, paid: Any):
    database = environment.profile(demo=False, folder=programs.folder).database

    async def many() -> None:
        store = await SqliteStore.open(database)
        await fill(store, 300)
        await store.close()

    asyncio.run(many())
    content = bytearray(database.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 4096] = b"\xff" * 4096
    database.write_bytes(content)
    code, _, said = run(programs, *PAID)
    # 8 if it was stored before the damage was found.
    assert (code in (8, 9), paid()) == (True, 0), said


def test_queued_tasks_are_sent_by_create_commands_and_never_by_read_commands(
    programs: Programs, paid: Any
):  # fmt: skip
    arrange(programs, **{PAUSED: True})
    window = programs.window()
    queued = [programs.run(*PAID, "--prompt", f"Queued {number}")[1] for number in range(3)]
    window.terminate()
    window.wait(60)
    arrange(programs, **{PAUSED: False})
    other = queued.pop()["id"]
    for words in (
        ("list",), ("get", queued[0]["id"]), ("models",), ("balance",), (*PAID, "--dry-run"), ("cancel", other),
    ):  # fmt: skip
        code, _, said = run(programs, *words)
        assert (code, "as well" in said, paid()) == (0, False, 0)
    code, _, said = run(programs, *PAID, "--wait")
    assert (code, paid()) == (0, 3)
    assert "Tasks that were queued before are sent as well: 2" in said
    code, _, said = run(programs, *PAID, "--prompt", "Alone")
    assert (code, "as well" in said) == (0, False)


@pytest.mark.parametrize(
    ("permission", "code", "why"), [(Permission.READ, 8, "may not spend"), (Permission.REVOKED, 7, "revoked")]
)
def test_wait_command_without_permission_to_spend_sends_no_queued_task(
    programs: Programs, paid: Any, permission: Permission, code: int, why: str
):  # fmt: skip
    arrange(programs, **{PAUSED: True})
    queued = run(programs, *PAID, **IN_VAIN)[1]
    arrange(programs, **{PAUSED: False})
    withdraw(programs, permission)
    ended, _, said = run(programs, "wait", queued["id"], "--timeout", "1.5")
    assert (ended, why in said, paid()) == (code, True, 0), said


@pytest.mark.parametrize(
    ("other", "code"),
    [({"RUNWAYML_API_SECRET": "key_" + "b6" * 64}, 4), ({"RUNWAYML_BASE_URL": "http://127.0.0.1:9"}, 2)],
)
def test_command_with_another_key_or_address_cannot_spend_through_an_open_window(
    programs: Programs, paid: Any, other: dict[str, str], code: int
):  # fmt: skip
    made = run(programs, *PAID, "--wait")[1]
    programs.window()
    for words in (PAID, (*PAID, "--dry-run"), ("balance",), ("wait", made["id"])):
        ended, _, said = run(programs, *words, **other)
        assert (ended, next(iter(other)) in said, paid()) == (code, True, 1), said
    assert run(programs, "list", "--json", **other)[1]["total"] == 1
    ended, found, said = run(programs, "get", made["id"], "--json", **other)
    assert (ended, found["state"]) == (0, "succeeded")
    assert "Runway Desktop is open with this profile" in found["engine"]
    assert found["engine"] in said


def typed(
    programs: Programs, answer: bytes | None, *words: str, killed_when: Callable[[], bool] | None = None
) -> tuple[int, str, str]:
    """A command at a terminal, which is answered, or (None) interrupted: exit code, question, and what it printed."""
    ours, theirs = pty.openpty()
    with programs.start(*words, stdin=theirs, stderr=theirs) as process:
        os.close(theirs)
        said = b""
        while b"Type yes" not in said:
            said += os.read(ours, 1000)
        if answer is None:
            process.send_signal(signal.SIGINT)
        else:
            os.write(ours, answer)
        if killed_when is not None:
            until(killed_when, "the moment to kill it")
            process.kill()
        printed, _ = process.communicate(timeout=60)
    os.close(ours)
    return process.returncode, said.decode(), printed


@pytest.mark.parametrize(("answer", "code"), [(b"no\n", 7), (None, 130), (b"yes\n", 0)])
def test_grant_is_given_by_a_yes_at_a_terminal(programs: Programs, answer: bytes | None, code: int):
    ended, _, printed = typed(programs, answer, "grant", "12")
    assert (ended, "credits_a_day: 12" in printed) == (code, code == 0)


def test_held_task_is_released_by_a_yes_at_a_terminal(programs: Programs, paid: Any):
    task_id = hold(programs)
    for answer, ends in ((None, 130), (b"yes\n", 0)):
        assert paid() == 0
        code, said, _ = typed(programs, answer, "release", task_id)
        assert ("promptText: A fox" in said, "queued with another key" in said, code) == (True, True, ends)
    assert (paid(), stored(programs, QUEUED).state) == (1, State.QUEUED)


@pytest.mark.parametrize("more", [(), ("--wait",)])
def test_release_at_a_terminal_needs_no_grant_and_sends_nothing_else(
    programs: Programs, paid: Any, more: tuple[str, ...]
):
    task_id = hold(programs)
    withdraw(programs, Permission.READ)
    code, _, printed = typed(programs, b"yes\n", "release", task_id, "--json", *more)
    [task] = json.loads(printed)["tasks"]
    assert (code, task["state"] == "succeeded", paid()) == (0, bool(more), 1), printed
    assert stored(programs, QUEUED).state is State.QUEUED
    code, _, said = run(programs, "wait", QUEUED, "--timeout", "2")
    assert (code, "may not spend" in said, paid()) == (8, True, 1), said


def test_killed_release_is_an_ordinary_queued_task_and_paid_once(programs: Programs, paid: Any):
    task_id = hold(programs)
    withdraw(programs, Permission.READ)
    programs.runway.fault("organization", "hold", after=1)
    try:
        typed(
            programs, b"yes\n", "release", task_id,
            killed_when=lambda: not stored(programs, HELD).waits_for_person,
        )  # fmt: skip
    finally:
        programs.runway.mend()
    assert (stored(programs, HELD).state, paid()) == (State.QUEUED, 0)
    code, _, said = run(programs, "wait", task_id, "--timeout", "2")
    assert (code, "may not spend" in said, paid()) == (8, True, 0), "the permission ended with the process"
    programs.window()
    until(lambda: stored(programs, HELD).state is stored(programs, QUEUED).state is State.SUCCEEDED, "both")
    assert paid() == 2


def test_commands_cannot_spend_more_than_their_grant(programs: Programs, paid: Any):
    programs.grant(9)
    assert run(programs, *PAID)[0] == 0
    code, _, said = run(programs, *PAID, "--prompt", "Another fox")
    assert (code, paid()) == (7, 1), said
