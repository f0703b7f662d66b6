"""The result of a drop, a paste or a command line, as frozen values for the sheet and the composer. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runway_desktop.domain.inputs import AssetDrop, IntakeFinding
from runway_desktop.domain.task import Request
from runway_desktop.values import Struct, field

CLIPBOARD = "clipboard"
"""The source of what came without a file."""
_PROMPTS = frozenset({"promptText", "text", "prompt"})


class Draft(Struct, frozen=True, kw_only=True):
    """A request to be. `endpoint` and `model` are None where the composer's own apply. `values` is wire JSON, in the
    types of the fields;
    what could not be read as its type stays a text, and a finding says so. Relative files are resolved already."""

    endpoint: str | None = None
    model: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    source: str = CLIPBOARD
    row: int | None = None
    project: str = ""
    shot: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    """The row as it came, by the program's own names of its columns: what could not become a value is still there."""
    unmatched: Mapping[str, str] = field(default_factory=dict)
    """Cells of columns that nobody knows, by the title of the column."""
    findings: tuple[IntakeFinding, ...] = ()
    is_literal: bool = False
    """Its prompt was sent as it is: braces in it stand for themselves."""


class Gathered(Struct, frozen=True, kw_only=True):
    """Everything that came in, none of it lost: what could not be used is in `findings`."""

    drafts: tuple[Draft, ...] = ()
    assets: tuple[AssetDrop, ...] = ()
    remote_ids: tuple[str, ...] = ()
    findings: tuple[IntakeFinding, ...] = ()
    """Of files and lines as a whole; those of a draft or an asset stand there."""
    name: str = ""
    """For the batch: the file's name without its ending, "Clipboard" for text."""
    is_folder: bool = False
    """All of it lay in one folder that was dropped."""
    restored: Request | None = None
    """The request of a single dropped sidecar, to put back into the composer."""

    @property
    def is_empty(self) -> bool:
        """Nothing usable and nothing to complain of."""
        return not (self.drafts or self.assets or self.remote_ids or self.findings or self.restored)

    @property
    def lone_prompt(self) -> str:
        """The text of one prompt and nothing else; empty for everything that should be looked at first."""
        if len(self.drafts) != 1 or self.findings:
            return ""
        draft = self.drafts[0]
        names = set(draft.values)
        if draft.findings or draft.endpoint or draft.model or draft.project or len(names) != 1 or names - _PROMPTS:
            return ""
        return next((value for value in draft.values.values() if isinstance(value, str)), "")
