"""The organization's workflows: each version is read from Runway once, kept in the list, and learned by the catalog.

Those of earlier runs are learned at the start, before anything is sent, so that a queued run works offline and after a
restart. Loop's thread only.
"""

from __future__ import annotations

from collections.abc import Iterable

from runway_desktop.catalog import Catalog
from runway_desktop.catalog.graph import Version, read_version

ENDPOINT = "workflow"


class Workflows:
    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self.versions: dict[str, Version] = {}
        """By id, those that are gone included."""

    def learn(self, texts: Iterable[str]) -> None:
        """Takes versions as Runway tells them; what is none is left out."""
        found = [version for text in texts if (version := read_version(text)) is not None]
        self.versions |= {version.id: version for version in found}
        self._catalog.learn(ENDPOINT, [one.pair for one in self.versions.values()])
