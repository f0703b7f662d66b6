"""Takes in what is dropped, pasted or named on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path

from runway_desktop.catalog import Catalog

from .gathered import Gathered


class Intake:
    def __init__(self, catalog: Catalog, executor: Executor) -> None:
        self._catalog = catalog
        self._executor = executor

    async def gather(
        self, *, paths: Sequence[Path] = (), urls: Sequence[str] = (), text: str = "", html: str = ""
    ) -> Gathered:
        return Gathered()
