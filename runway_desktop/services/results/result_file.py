"""Detects a downloaded result's format and computes its name. Pure.

A host that lost a file often answers 200 with an error page. Such a page must never be saved as a clip, so a result is
checked by its first bytes; its name gets the extension of its content.
"""

from __future__ import annotations

from collections.abc import Mapping
from posixpath import splitext
from typing import Any
from urllib.parse import urlsplit

from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.filenames import OTHER_ENDING, NameValues
from runway_desktop.domain.media import ENDING_OF_TYPE, KNOWN_ENDINGS, RESULT_ENDINGS, MediaFormat, format_of
from runway_desktop.domain.moments import local_time
from runway_desktop.domain.task import Output, Task
from runway_desktop.services.media.media_facts import is_page


class WrongContent(Exception):
    """The received bytes are not the result. `kind`: the extension that its name claims."""

    def __init__(self, code: ReasonCode, kind: str = "") -> None:
        super().__init__(code.value)
        self.reason = Reason(code, kind)


def judge(head: bytes, *, url: str, content_type: str = "") -> MediaFormat:
    """The format of the bytes. Raises WrongContent for an empty file, a page, or bytes that do not match the link's
    extension."""
    claim = claimed_ending(url, content_type)
    if not head:
        raise WrongContent(ReasonCode.EMPTY_FILE)
    if claim != "json" and is_page(head):
        raise WrongContent(ReasonCode.PAGE_OF_TEXT)
    found = format_of(head)
    if found is not None:
        return found
    if claim in KNOWN_ENDINGS:
        raise WrongContent(ReasonCode.OTHER_KIND, claim.upper())
    return MediaFormat(claim.upper() or "file", (claim or OTHER_ENDING,), (), b"")


def claimed_ending(url: str, content_type: str = "") -> str:
    """The extension in a link's path, else the one of its content type, without the dot; empty if neither gives one
    that results may have."""
    try:
        path = urlsplit(url).path
    except ValueError:
        path = ""
    ending = splitext(path)[1].lstrip(".").lower()
    if ending in RESULT_ENDINGS:
        return ending
    return ENDING_OF_TYPE.get(content_type.partition(";")[0].strip().lower(), "")


def name_values(
    task: Task, output: Output, *, ext: str, count: int, batch: str = "", row: int | None = None
) -> NameValues:
    """The values for a name template. Times are of this machine's zone."""
    values = task.request.values
    return NameValues(
        sent=local_time(task.sent_at or task.remote_created_at or task.created_at),
        project=task.project,
        shot=task.shot or task.title,
        model=task.request.model,
        endpoint=task.request.endpoint,
        prompt=task.request.prompt,
        title=task.title,
        seed=_plain(values, "seed"),
        ratio=_plain(values, "ratio") or _plain(values, "resolution"),
        duration=_plain(values, "duration"),
        task_id=task.remote_id or task.id,
        batch=batch,
        row=row,
        index=output.index,
        count=count,
        ext=ext,
    )


def _plain(values: Mapping[str, Any], name: str) -> str:
    found = values.get(name)
    return str(found) if isinstance(found, str | int | float) and not isinstance(found, bool) else ""
