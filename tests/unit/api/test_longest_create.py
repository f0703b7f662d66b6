"""Maximum duration of a paid request, phase by phase. Closing waits so long for an id."""

from __future__ import annotations

from runway_desktop.api.connections import Patience
from runway_desktop.services.clock import LONGEST_CREATE
from tests.rigs.longest_create_promises import *  # noqa: F403 - its tests
from tests.rigs.longest_create_promises import longest_create


def test_create_never_outlasts_the_wait_at_closing():
    assert longest_create(Patience()) <= LONGEST_CREATE
