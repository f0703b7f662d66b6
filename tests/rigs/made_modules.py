"""Temporary modules that a test creates and that were never imported."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

Makes = Callable[..., str]
_NUMBERS = count()


@pytest.fixture
def makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Makes]:
    """Makes a package of modules by their names and texts, and gives its name."""
    made = []

    def make(**modules: str) -> str:
        package = f"package_{next(_NUMBERS)}"
        made.append(package)
        modules.setdefault("__init__", "")
        for name, text in modules.items():
            file = tmp_path / package / f"{name}.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        return package

    monkeypatch.syspath_prepend(str(tmp_path))
    yield make
    for name in [name for name in sys.modules if name.partition(".")[0] in made]:
        sys.modules.pop(name, None)


def there(name: str) -> list[str]:
    """The modules of its package that are imported."""
    package = name.partition(".")[0]
    return [name.partition(".")[2] for name in sys.modules if name.startswith(f"{package}.")]
