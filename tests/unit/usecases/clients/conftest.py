"""Clients read English, although the window that answers them speaks another language: each test runs in one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from runway_desktop import texts
from tests.rigs.pseudo import LANGUAGES

_FOR_THE_PERSON = ("test_allowed_folders", "test_hosts")
"""What the window shows in its own language."""


@pytest.fixture(autouse=True)
def window_speaks_another_language(request: pytest.FixtureRequest) -> Iterator[None]:
    before = texts.language()
    texts.use(before if request.path.stem in _FOR_THE_PERSON else LANGUAGES["long"])
    yield
    texts.use(before)
