"""Build hooks for hatchling: compiled catalogs, completions and the man page in a wheel, and metadata derived from one
constant.

The long description is README with links that work elsewhere too, where no file lies next to it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface


class MadeFilesHook(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        _see_packaging(self.root)
        import catalogs

        catalogs.compile_all()
        if version != "editable":
            from steps import shells

            page = shells.ship(Path(sys.executable))
            build_data["shared_data"][str(page)] = f"share/man/man1/{page.name}"


class AddressHook(MetadataHookInterface):
    def update(self, metadata: dict[str, Any]) -> None:
        _see_packaging(self.root)
        from steps import project

        metadata["urls"] = project.urls()
        readme = (Path(self.root) / "README.md").read_text("utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": project.with_absolute_links(readme)}


def _see_packaging(root: str) -> None:
    sys.path.insert(0, str(Path(root) / "packaging"))
