"""A batch sheet as it is kept on disk. Pure values; what stands in `text` is `services.sheets`' own."""

from __future__ import annotations

from dataclasses import dataclass

from .task import BatchId


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSheet:
    """`batch_id` is the batch that its tasks belong to, None while none was sent. `rows` is how many are filled in."""

    id: str
    name: str
    changed_at: float
    rows: int = 0
    batch_id: BatchId | None = None
    text: str = ""
    """The whole sheet as JSON; empty in a list of sheets."""


def new_sheet_id() -> str:
    from uuid import uuid4

    return str(uuid4())
