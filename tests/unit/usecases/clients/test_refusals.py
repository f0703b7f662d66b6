"""Mapping of errors to kinds of refusals."""

from __future__ import annotations

import pytest

from runway_desktop.domain.errors import DamagedList, KeyRefused, NotReached, NotThere, RunwayDesktopError, StoreError
from runway_desktop.usecases.clients.refusals import Code, refusal_of


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (KeyRefused("No."), Code.KEY),
        (NotThere("No."), Code.NOT_FOUND),
        (NotReached("No."), Code.AGAIN),
        (StoreError("No."), Code.FAILED),
        # Met by a call before the check of the whole list met it.
        (DamagedList("No."), Code.PERSON),
    ],
)
def test_each_error_becomes_a_refusal_of_its_kind(error: RunwayDesktopError, code: Code):
    assert refusal_of(error).code is code
