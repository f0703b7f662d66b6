"""Result of a drop, a paste or a command line, as immutable values for the sheet and the composer. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runway_desktop.domain.inputs import AssetDrop, IntakeFinding
from runway_desktop.domain.task import Request
from runway_desktop.texts import Text
from runway_desktop.values import Struct, field

CLIPBOARD = "clipboard"
"""The source of data without a file."""
CLIPBOARD_TEXT = Text("clipboard", context="source of prompts")
_PROMPTS = frozenset({"promptText", "text", "prompt"})


class GatheredDraft(Struct, frozen=True, kw_only=True):
    """A request to be made. `endpoint` and `model`: None for the composer's. `values`: wire JSON in the fields' types;
    a value of a wrong type stays text, with a finding. Relative paths are resolved."""

    endpoint: str | None = None
    model: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    source: str = CLIPBOARD
    row: int | None = None
    project: str = ""
    shot: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    """The original cells by the program's column names, including those that are no valid values."""
    unmatched: Mapping[str, str] = field(default_factory=dict)
    """Cells of unknown columns, by title."""
    findings: tuple[IntakeFinding, ...] = ()
    is_literal: bool = False
    """It is of a stored request: braces and names of the cast in its prompt are text."""
    goes_on_from: AssetDrop | None = None
    """The result that is its input. The kind of the result decides the endpoint."""


class Gathered(Struct, frozen=True, kw_only=True):
    """The usable data, and findings about the rest."""

    drafts: tuple[GatheredDraft, ...] = ()
    assets: tuple[AssetDrop, ...] = ()
    remote_ids: tuple[str, ...] = ()
    findings: tuple[IntakeFinding, ...] = ()
    """About files and lines as a whole; drafts and assets have their own."""
    name: str = ""
    """For the batch: the file's name without its extension; empty for text."""
    is_folder: bool = False
    """All of it is from one dropped folder."""
    restored: Request | None = None
    """The request of a single dropped sidecar, for the composer."""

    @property
    def is_empty(self) -> bool:
        """Neither usable data nor findings."""
        return not (self.drafts or self.assets or self.remote_ids or self.findings or self.restored)

    @property
    def lone_prompt(self) -> str:
        """The text of a single prompt without anything else; empty for data that the person should review."""
        if len(self.drafts) != 1 or self.findings:
            return ""
        draft = self.drafts[0]
        names = set(draft.values)
        if draft.findings or draft.endpoint or draft.model or draft.project or len(names) != 1 or names - _PROMPTS:
            return ""
        return next((value for value in draft.values.values() if isinstance(value, str)), "")
