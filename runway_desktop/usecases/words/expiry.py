"""Texts of link expiry: for a notice, a line of the details, a row of the board. Pure.

Only the link has a known end. How long Runway keeps the result itself is not published, so nothing is said about it.
"""

from __future__ import annotations

from enum import IntEnum
from pathlib import Path

from runway_desktop.catalog.labels import model_label
from runway_desktop.domain.library import NotSaved, Row
from runway_desktop.domain.media import Media
from runway_desktop.domain.moments import LinkLife, LinkStatus
from runway_desktop.domain.task import Output, OutputState, TaskId
from runway_desktop.texts import Text, _, pgettext
from runway_desktop.usecases.words.failures import saving_words
from runway_desktop.values import Struct

from . import units
from .states import StateWords, Tone, being_saved

KEPT_NO_LONGER, ASKING_TELLS = Text("Runway may no longer keep it"), Text("Link expired; refresh to check")
OPEN_TO_ALL = Text("Anyone with the link can download the result.")


class BoardColumn(IntEnum):
    RESULT = 0
    WHY = 1
    LINK = 2
    ACTION = 3


SAVE_NOW, REFRESH = Text("Save now"), Text("Refresh")
BOARD_TITLES = (Text("Result"), Text("Status"), Text("Link"), "")


_COPIED = {
    LinkStatus.GOOD: Text(
        "Link copied. It works until about {surely} – at the latest {latest}.",
        "{n} links copied. They work until about {surely} – at the latest {latest}.",
    ),
    LinkStatus.DOUBTFUL: Text(
        "Link copied. It may have expired, and stops working by {latest}.",
        "{n} links copied. They may have expired, and stop working by {latest}.",
    ),
    LinkStatus.OVER: Text("Link copied. It has expired.", "{n} links copied. They have expired."),
}


def copied_words(count: int, life: LinkLife, now: float) -> Text:
    """The message after links were copied; `life` is that of the first to expire."""
    surely, latest = units.moment(life.surely_until, now), units.moment(life.at_latest, now)
    return _COPIED[life.standing(now)].of(count).with_(surely=surely, latest=latest)


def line_words(life: LinkLife, now: float) -> str:
    """For the details, after the label "Link"."""
    match life.standing(now):
        case LinkStatus.GOOD:
            return _("valid until about {time}", time=units.moment(life.surely_until, now))
        case LinkStatus.DOUBTFUL:
            return _("may have expired; stops by {time}", time=units.moment(life.at_latest, now))
        case LinkStatus.OVER:
            return _("expired; “Copy link” gets a new one")


def board_words(life: LinkLife, now: float) -> tuple[str, str]:
    """Two lines for the board: the safe time, and the latest."""
    latest = _("at the latest {time}", time=units.moment(life.at_latest, now))
    match life.standing(now):
        case LinkStatus.GOOD:
            until = _("Safe until {time}", time=units.moment(life.surely_until, now))
            return " · ".join((until, units.left(life.left(now)))), latest
        case LinkStatus.DOUBTFUL:
            return _("Link may have expired"), latest
        case LinkStatus.OVER:
            return str(KEPT_NO_LONGER), str(ASKING_TELLS)


URGENT = 6 * 3600.0
"""A link with fewer safe seconds left is urgent."""
STALLED = 600.0
"""Seconds without a received byte after which saving is stalled."""
A_MOMENT = 60.0
"""Seconds after a link was fetched during which "not saved" is normal."""

Key = tuple[TaskId, int]


class BoardLine(Struct, frozen=True, kw_only=True):
    """A result that is not saved, as shown on its line."""

    key: Key
    title: str
    detail: str
    """The model, and which of several results it is."""
    media: Media
    picture: str
    """Path of a poster, or of a picture of the request; may be empty."""
    why: StateWords
    sure: str
    """Until when the link is sure to work."""
    at_most: str
    spent: float
    """The elapsed part of the link's longest lifetime, 0 to 1."""
    tone: Tone
    action: str
    """What the user can do now: "Save now", "Refresh", or nothing while it is being saved."""

    @property
    def cells(self) -> tuple[str, ...]:
        """In the order of `BoardColumn`."""
        return (f"{self.title}\n{self.detail}", self.why.spoken, f"{self.sure}, {self.at_most}", self.action)

    @property
    def spoken(self) -> str:
        return f"{self.title}, {self.detail}. {self.why.spoken}. {self.sure}, {self.at_most}."


def line_of(row: Row, output: Output, now: float, received: tuple[int, int | None] | None = None) -> BoardLine:
    """`received`: bytes received by a running download, and their total if known."""
    task, life = row.task, LinkLife(output.url_fetched_at)
    standing = life.standing(now)
    sure, at_most = board_words(life, now)
    saving = output.state is OutputState.DOWNLOADING
    which = _("{n} of {total}", n=output.index + 1, total=len(row.outputs)) if len(row.outputs) > 1 else ""
    return BoardLine(
        key=(output.task_id, output.index),
        title=" ".join(
            (task.title or task.request.prompt or model_label(task.request.model) or _("Untitled task")).split()
        ),
        detail=" · ".join(part for part in (model_label(task.request.model), which) if part),
        media=output.media,
        picture=output.poster or row.first_input_path,
        why=_why(output, received),
        sure=sure,
        at_most=at_most,
        spent=life.spent(now),
        tone=_tone(life, standing, now),
        action="" if saving else str(REFRESH if standing is LinkStatus.OVER else SAVE_NOW),
    )


def is_over(output: Output, now: float) -> bool:
    """Whether its link has expired; then only Runway can tell whether the result is still available."""
    return LinkLife(output.url_fetched_at).standing(now) is LinkStatus.OVER


def is_urgent(output: Output, now: float, moved_at: float) -> bool:
    """Whether its link may expire before it is saved, since saving has made no progress since `moved_at`. Not for
    expired links."""
    is_late = LinkLife(output.url_fetched_at).left(now) < URGENT and not is_over(output, now)
    return is_late and now - moved_at >= STALLED


def is_stuck(output: Output, now: float) -> bool:
    """Whether it is more than a result of the last moment that is just being saved."""
    has_failed = output.state is OutputState.FAILED or output.problem is not None or output.is_missing
    return has_failed or not 0 <= now - output.url_fetched_at < A_MOMENT


def worth_telling(found: NotSaved, now: float) -> int:
    """Number of results not saved; 0 if all of them are results of the last moment."""
    return found.total if any(is_stuck(output, now) for _, output in found.results) else 0


def urgent_words(lives: list[LinkLife], now: float) -> str:
    """The message when results have become urgent."""
    first = min(lives)
    count = len(lives)
    if first.standing(now) is LinkStatus.GOOD:
        said = Text(
            "Saving is stuck for a result. Its link is safe only until {time}.",
            "Saving is stuck for {n} results. The first link is safe only until {time}.",
        ).with_(time=units.moment(first.surely_until, now))
    else:
        said = Text(
            "Saving is stuck for a result. Its link may have expired.",
            "Saving is stuck for {n} results. The first link may have expired.",
        )
    return str(said.of(count))


def _why(output: Output, received: tuple[int, int | None] | None) -> StateWords:
    if output.is_missing:
        folder = str(Path(output.path).parent)
        return StateWords(
            headline=_("File missing"),
            detail=_("It was in {folder}", folder=folder),
            tone=Tone.WARN,
            icon="mdi6.file-question-outline",
        )
    match output.state:
        case OutputState.DOWNLOADING:
            return being_saved(*(received or (0, None)))
        case OutputState.FAILED:
            return StateWords(
                headline=_("Not saved"),
                detail=saving_words(output),
                tone=Tone.BAD,
                icon="mdi6.content-save-alert-outline",
            )
        case _:
            detail = saving_words(output) or _("In the queue")
            return StateWords(headline=pgettext("saving", "Waiting"), detail=detail, icon="mdi6.timer-sand")


def _tone(life: LinkLife, standing: LinkStatus, now: float) -> Tone:
    match standing:
        case LinkStatus.GOOD if life.left(now) >= URGENT:
            return Tone.GOOD
        case LinkStatus.GOOD | LinkStatus.DOUBTFUL:
            return Tone.WARN
        case LinkStatus.OVER:
            return Tone.PLAIN
