"""Commands speak English, whatever language the window speaks: each test runs in another one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from runway_desktop import texts
from tests.rigs.pseudo import LANGUAGES


@pytest.fixture(autouse=True)
def window_speaks_another_language() -> Iterator[None]:
    before = texts.language()
    texts.use(LANGUAGES["long"])
    yield
    texts.use(before)
