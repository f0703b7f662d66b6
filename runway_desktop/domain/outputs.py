"""Results as a task's answer names them, an open download of one, and the programs that open one. Pure."""

from __future__ import annotations

from collections.abc import AsyncIterator

from runway_desktop.values import Struct, replace

from .failures import Reason, ReasonCode
from .media import Media, guess_media
from .presence import NEVER_LOOKED, Look, Presence
from .task import Output, OutputState, Task
from .transitions import Answer


def outputs_of(task: Task, answer: Answer, now: float, makes: Media) -> tuple[Output, ...]:
    """The results that an answer names, still to be saved. `makes`: what the task's endpoint makes."""
    return tuple(
        Output(task_id=task.id, index=index, url=url, url_fetched_at=now, media=guess_media(url, makes))
        for index, url in enumerate(answer.output)
    )


def wanted_again(known: Output | None, link: Output) -> Output:
    """A result that is to be fetched once more by a fresh link. What is known of the saved one stays until there is
    another: where it was, and its bytes, by which it is told if it comes back meanwhile."""
    if known is None:
        return link
    return replace(
        known,
        url=link.url,
        url_fetched_at=link.url_fetched_at,
        state=OutputState.WAITING,
        problem=None,
        path=known.path or known.binned_from,
        look=NEVER_LOOKED,
    )


def kept_no_longer(output: Output, now: float, *, is_there: bool) -> Output:
    """A result on its way that Runway has no more. One that was saved once is again as it was: in the trash, missing,
    or at its place, which `is_there` says. One that never was is lost."""
    if not output.sha256:
        return replace(output, state=OutputState.EXPIRED, problem=Reason(ReasonCode.KEPT_NO_LONGER))
    back = replace(output, state=OutputState.SAVED, problem=None)
    if output.binned_from:
        return replace(back, path="")
    return back if is_there else replace(back, look=Look(presence=Presence.MISSING, at=now))


class Stream(Struct, frozen=True, kw_only=True):
    """An open download. `offset` is where it really begins (0 when the server ignored the range); `total` is the
    whole file's length, None if unknown. Leaving early closes the connection."""

    chunks: AsyncIterator[bytes]
    offset: int
    total: int | None
    content_type: str = ""
    etag: str = ""


class Launch(Struct, frozen=True):
    """One process to start: program and arguments, and the folder to start it in ("" for no special one)."""

    words: tuple[str, ...]
    folder: str = ""


class Application(Struct, frozen=True):
    """A program of the system. `id` is that of its desktop file; `icon` is a name of the system's icon theme, or a
    path."""

    id: str
    name: str
    icon: str
