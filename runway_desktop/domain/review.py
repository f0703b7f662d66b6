"""A round of review as it is kept: which clips were sent, and the answers that were read. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runway_desktop.values import Struct, field

from .task import Pick, TaskId


class SentClip(Struct, frozen=True, kw_only=True):
    """A result as it was sent: `sha256` of the original, and its judgment then."""

    task_id: TaskId
    index: int = 0
    sha256: str
    shot: str = ""
    pick: Pick = Pick.NONE
    picked_at: float | None = None


class Answer(Struct, frozen=True, kw_only=True):
    """A decisions file that was read. `digest`: SHA-256 of its bytes. `before`: what it changed, as it was."""

    digest: str
    by: str = ""
    read_at: float
    before: Mapping[str, Any] = field(default_factory=dict)


class Round(Struct, frozen=True, kw_only=True):
    """`number`: from 1, within the project. `sent_at`: Unix seconds."""

    id: str
    project: str
    number: int
    title: str = ""
    sent_at: float
    clips: tuple[SentClip, ...] = ()
    answers: tuple[Answer, ...] = ()
