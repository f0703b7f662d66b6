"""Two clients without patience and the window, at once and in turn, each killed or closed in the middle: each wish is
made once, and none is lost."""

from __future__ import annotations

import asyncio
import sys

import pytest

from runway_desktop.domain.permissions import Permission
from tests.rigs.impatience import say_all
from tests.rigs.impatient_child import HOST
from tests.rigs.permits import permit
from tests.rigs.profile_programs import Programs, programs_with, runway_with
from tests.rigs.samples import examples

WISHES = examples(8)


runway = runway_with("--speed", "200", "--concurrency", "6")
programs = programs_with(1_000_000.0)


@pytest.mark.long
@pytest.mark.parametrize("how", ["line", pytest.param("mcp", marks=pytest.mark.whole)])
def test_each_of_many_impatient_identical_requests_is_made_once(programs: Programs, how: str):
    if how == "mcp":
        pytest.importorskip("mcp.client")
        asyncio.run(permit(programs.folder, HOST, Permission.ALLOWANCE, 1_000_000.0))
    programs.runway.fault("create", "latency", accepted=True, seconds=0.1)
    found = say_all(programs, how, WISHES)
    assert sum(found.tasks.values()) == WISHES, "none is lost, and none is there twice"
    assert found.doubled == 0, "nothing is paid for twice"
    assert found.lost == 0, "what was paid for is in the list, or said to be uncertain"
    assert found.unmade == 0, "what was not made is said to be uncertain"
    sys.stdout.write(f"{WISHES} wishes: {len(found.made)} made once, {dict(found.tasks)}\n")
