"""Every verdict about what a client program may do, written out."""

from __future__ import annotations

import math
from itertools import product

import pytest

from runway_desktop.domain.permissions import (
    COMMAND_LINE,
    MOST_WAITING,
    Act,
    Client,
    Permission,
    Priced,
    Verdict,
    Why,
    creation,
    folders_of,
    granted,
    is_less,
    is_still_within,
    left_today,
    refusal,
)
from runway_desktop.values import replace

READ, ASK, ALLOWANCE, REVOKED = Permission.READ, Permission.ASK, Permission.ALLOWANCE, Permission.REVOKED
AGENT = "claude-code"

CALLS: dict[tuple[str, Permission, bool], tuple[Why | None, Why | None, Why | None, Why | None]] = {
    (AGENT, READ, False): (None, None, None, Why.READS_ONLY),
    (AGENT, ASK, False): (None, None, None, None),
    (AGENT, ALLOWANCE, False): (None, None, None, None),
    (AGENT, REVOKED, False): (Why.REVOKED, Why.REVOKED, Why.REVOKED, Why.REVOKED),
    (AGENT, READ, True): (None, Why.PAUSED, Why.PAUSED, Why.PAUSED),
    (AGENT, ASK, True): (None, Why.PAUSED, Why.PAUSED, Why.PAUSED),
    (AGENT, ALLOWANCE, True): (None, Why.PAUSED, Why.PAUSED, Why.PAUSED),
    (AGENT, REVOKED, True): (Why.REVOKED, Why.REVOKED, Why.REVOKED, Why.REVOKED),
    (COMMAND_LINE, READ, False): (None, None, None, Why.COMMANDS_READ_ONLY),
    (COMMAND_LINE, ASK, False): (None, None, None, None),
    (COMMAND_LINE, ALLOWANCE, False): (None, None, None, None),
    (COMMAND_LINE, REVOKED, False): (Why.REVOKED, Why.REVOKED, Why.REVOKED, Why.REVOKED),
    (COMMAND_LINE, READ, True): (None, Why.PAUSED, Why.PAUSED, Why.PAUSED),
    (COMMAND_LINE, ASK, True): (None, Why.PAUSED, Why.PAUSED, Why.PAUSED),
    (COMMAND_LINE, ALLOWANCE, True): (None, Why.PAUSED, Why.PAUSED, Why.PAUSED),
    (COMMAND_LINE, REVOKED, True): (Why.REVOKED, Why.REVOKED, Why.REVOKED, Why.REVOKED),
}
"""Reading, adopting, canceling an own task, creating: by client, permission, and whether all are paused."""


def a_client(name: str = AGENT, permission: Permission = ALLOWANCE, credits: float = 100.0) -> Client:
    return Client(name=name, permission=permission, credits=credits, folders=("/films",))


def test_permission_table_names_every_case():
    assert set(CALLS) == set(product((AGENT, COMMAND_LINE), Permission, (False, True)))


@pytest.mark.parametrize(("name", "permission", "is_paused"), CALLS)
def test_calls_are_refused_by_client_permission_and_pause(name: str, permission: Permission, is_paused: bool):
    client = a_client(name, permission)
    acts = (Act.READ, Act.ADOPT, Act.CANCEL, Act.CREATE)
    said = tuple(refusal(client, act, is_paused=is_paused) for act in acts)
    assert said == CALLS[name, permission, is_paused]
    grant = None if name == COMMAND_LINE else Why.NOT_DECIDING
    assert refusal(client, Act.GRANT, is_paused=is_paused) is grant
    decides = said[1] if name == COMMAND_LINE else Why.NOT_DECIDING
    assert refusal(client, Act.DECIDE, is_paused=is_paused) is decides
    assert refusal(client, Act.SUGGEST, is_paused=is_paused) is CALLS[name, permission, is_paused][1]
    cancel = CALLS[name, permission, is_paused][2] or (Why.NOT_OWN if name == AGENT else None)
    assert refusal(client, Act.CANCEL, is_paused=is_paused, is_own=False) is cancel


@pytest.mark.parametrize("act", [Act.READ, Act.ADOPT, Act.CANCEL, Act.CREATE, Act.SUGGEST])
def test_client_without_a_name_is_refused(act: Act):
    assert refusal(a_client(""), act, is_paused=False) is Why.NAMELESS


CHEAP = Priced(most=25.0)
CREATIONS = [
    # price, credits used today; verdict for an agent, for the command line.
    (CHEAP, 0.0, None, None),
    (CHEAP, 75.0, None, None),
    (CHEAP, 76.0, Why.ABOVE_ALLOWANCE, Why.ABOVE_ALLOWANCE),
    (CHEAP, 150.0, Why.ABOVE_ALLOWANCE, Why.ABOVE_ALLOWANCE),
    (Priced(most=math.nan), 0.0, Why.ABOVE_ALLOWANCE, Why.NOT_AGREED),
    (Priced(most=31.0), 0.0, None, Why.NOT_AGREED),
    (Priced(most=31.0, maximum=31.0), 0.0, None, None),
    (Priced(most=31.0, maximum=30.0), 0.0, Why.ABOVE_MAXIMUM, Why.ABOVE_MAXIMUM),
    (Priced(most=31.0, maximum=math.nan), 0.0, Why.ABOVE_MAXIMUM, Why.ABOVE_MAXIMUM),
    (Priced(most=31.0, maximum=40.0), 90.0, Why.ABOVE_ALLOWANCE, Why.ABOVE_ALLOWANCE),
    (Priced(most=0.0, is_known=False, asks_more=True), 0.0, Why.NO_PRICE, Why.NO_PRICE),
    (Priced(most=25.0, asks_more=True, is_open=True), 0.0, Why.QUESTIONS, Why.QUESTIONS),
    (Priced(most=25.0, is_open=True, maximum=10.0), 0.0, Why.OPEN_PRICE, Why.OPEN_PRICE),
    # A price to book is the command line's alone, agrees to no question and to no higher maximum.
    (Priced(most=0.0, is_known=False, up_to=50.0), 0.0, Why.NO_PRICE, None),
    (Priced(most=0.0, is_known=False, up_to=50.0), 51.0, Why.NO_PRICE, Why.ABOVE_ALLOWANCE),
    (Priced(most=0.0, is_known=False, up_to=50.0, maximum=49.0), 0.0, Why.NO_PRICE, Why.ABOVE_MAXIMUM),
    (Priced(most=0.0, is_known=False, up_to=50.0, asks_more=True), 0.0, Why.NO_PRICE, Why.QUESTIONS),
    (Priced(most=0.0, is_known=False, up_to=math.nan), 0.0, Why.NO_PRICE, Why.ABOVE_UP_TO),
    (Priced(most=25.0, is_open=True, up_to=50.0), 50.0, Why.OPEN_PRICE, None),
    (Priced(most=25.0, is_open=True, up_to=24.0, maximum=90.0), 0.0, Why.OPEN_PRICE, Why.ABOVE_UP_TO),
    (Priced(most=31.0, up_to=50.0), 0.0, None, Why.NOT_AGREED),
    (Priced(most=31.0, up_to=30.0), 0.0, None, Why.ABOVE_UP_TO),
    (Priced(most=31.0, up_to=30.0, maximum=40.0), 69.0, None, None),
]


def verdict(
    client: Client, priced: Priced, reserved: float = 0.0, *, is_paused: bool = False, waiting: int = 0
) -> Verdict:
    return creation(client, priced, is_paused=is_paused, reserved=reserved, limit=30.0, waiting=waiting)


@pytest.mark.parametrize(("priced", "reserved", "agent", "command"), CREATIONS)
def test_agent_beyond_its_allowance_waits_and_a_command_is_refused(
    priced: Priced, reserved: float, agent: Why | None, command: Why | None
):
    assert verdict(a_client(), priced, reserved) == Verdict(agent, waits=agent is not None)
    assert verdict(a_client(COMMAND_LINE), priced, reserved) == Verdict(command)
    assert verdict(a_client(permission=ASK), priced, reserved) == Verdict(waits=True)
    assert verdict(a_client(permission=READ), priced, reserved) == Verdict(Why.READS_ONLY)
    assert verdict(a_client(), priced, reserved, is_paused=True) == Verdict(Why.PAUSED)


def test_requests_are_refused_while_too_many_wait_for_approval():
    asking = a_client(permission=ASK)
    assert verdict(asking, CHEAP, waiting=MOST_WAITING - 1) == Verdict(waits=True)
    assert verdict(asking, CHEAP, waiting=MOST_WAITING) == Verdict(Why.TOO_MANY)
    assert verdict(a_client(), CHEAP, 99.0, waiting=MOST_WAITING) == Verdict(Why.TOO_MANY)
    assert verdict(a_client(), CHEAP, waiting=MOST_WAITING) == Verdict()


@pytest.mark.parametrize("permission", Permission)
def test_queued_tasks_keep_running_within_an_allowance_that_still_covers_them(permission: Permission):
    client = a_client(permission=permission)
    assert is_still_within(client, is_paused=False, reserved=100.0) is (permission is ALLOWANCE)
    assert not is_still_within(client, is_paused=True, reserved=0.0)
    assert not is_still_within(client, is_paused=False, reserved=100.1)


@pytest.mark.parametrize("permission", Permission)
def test_grant_of_nothing_gives_nothing_back_that_was_revoked(permission: Permission):
    client = a_client(COMMAND_LINE, permission)
    assert granted(client, 12.0) == replace(client, permission=ALLOWANCE, credits=12.0)
    assert granted(client, 0.0).permission is (REVOKED if permission is REVOKED else READ)


def test_other_permission_or_fewer_credits_count_as_reduced():
    client = a_client()
    assert not is_less(client, ALLOWANCE, 100.0)
    assert is_less(client, ALLOWANCE, 99.0)
    assert all(is_less(client, permission, 500.0) for permission in (READ, ASK, REVOKED))


def test_remaining_credits_of_today_are_never_negative():
    assert [left_today(a_client(), reserved) for reserved in (0.0, 60.0, 200.0)] == [100.0, 40.0, 0.0]


def test_only_the_command_line_may_read_any_file():
    assert folders_of(a_client()) == ("/films",)
    assert folders_of(replace(a_client(), name=COMMAND_LINE)) is None
