"""What plays of a project: a card for each shot and each file from outside, in the cut's order. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from runway_desktop.domain.film.cut import (
    STILL_SECONDS,
    Cut,
    FileCard,
    GapMode,
    GapReason,
    Timeline,
    TimelineItem,
    placed,
    size_of,
)
from runway_desktop.domain.library import asked_seconds
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Output, TaskId, Trim, with_trim
from runway_desktop.usecases.shots import ProjectShot, ShotTake, in_sheet_order
from runway_desktop.values import Struct, replace

_SHOWN = (Media.VIDEO, Media.IMAGE)


class PlannedShot(Struct, frozen=True):
    """A row of a sheet that was not sent yet. `seconds`: 0 if it asks for none."""

    name: str
    seconds: float
    sheet_id: str


class CutCard(Struct, frozen=True, kw_only=True):
    """A place in the cut. `item` says what plays there. `take` is None for a gap and a file from outside; `takes`: what
    can be tried there, oldest first."""

    item: TimelineItem
    take: ShotTake | None = None
    output: Output | None = None
    takes: tuple[ShotTake, ...] = ()
    file: FileCard | None = None
    sheet_id: str = ""
    """Of a shot that is not made yet: the sheet with its row."""

    @property
    def id(self) -> str:
        return self.item.id

    def trims(self, start: float, end: float) -> dict[TaskId, tuple[Trim, ...]]:
        """For `Judging.set_trims`: with this in and out of the take, or whole if nothing is cut off. Empty for a card
        without a take; a file is trimmed by `Cuts.trim_file`, a still by `Cuts.set_length`."""
        if self.take is None or self.output is None:
            return {}
        task, index = self.take.row.task, self.output.index
        is_whole = start <= 0 and end >= self.item.duration
        return {task.id: with_trim(task.trims, None if is_whole else Trim(index, start, end), index)}


class CutView(Struct, frozen=True, kw_only=True):
    """A cut as it is now. `cards` and `timeline.items` have the same order and length."""

    cut: Cut
    cards: tuple[CutCard, ...]
    timeline: Timeline
    shots: tuple[ProjectShot, ...] = ()
    planned: tuple[PlannedShot, ...] = ()
    tries: Mapping[str, TaskId] = {}

    @property
    def credits_per_second(self) -> float:
        """What Runway charged for the takes that play, by the second of these; 0 if none plays."""
        made = [(card.take.row.task, card.item.length) for card in self.cards if card.take is not None]
        paid = {task.id: task.cost_credits or 0.0 for task, _ in made}
        return sum(paid.values()) / sum(length for _, length in made) if made else 0.0

    def trying(self, card_id: str, task_id: TaskId | None) -> CutView:
        """The same with another take in place of the pick; None: with the pick again. Nothing is stored."""
        tries = {one: task for one, task in self.tries.items() if one != card_id}
        tries |= {card_id: task_id} if task_id is not None else {}
        return view_of(self.cut, self.shots, self.planned, tries)


def view_of(
    cut: Cut,
    shots: Sequence[ProjectShot],
    planned: Sequence[PlannedShot] = (),
    tries: Mapping[str, TaskId] | None = None,
) -> CutView:
    """`shots`: as `Shots.of_project` gives them. `planned`: rows for some of them and for others. `tries`: takes to
    play instead of the pick, by card."""
    tried = tries or {}
    cards = {card.id: card for card in _cards(cut, shots, planned, tried)}
    found = [cards[card_id] for card_id in in_order(cut.order, list(cards))]
    items = placed((card.item for card in found), cut.rate, skips=cut.gaps is GapMode.SKIP)
    timeline = Timeline(
        name=cut.project, rate=cut.rate, size=size_of(items), items=items, sound=cut.sound, notes=cut.notes
    )
    placed_cards = tuple(replace(card, item=item) for card, item in zip(found, items, strict=True))
    return CutView(
        cut=cut, cards=placed_cards, timeline=timeline, shots=tuple(shots), planned=tuple(planned), tries=tried
    )


def in_order(chosen: Sequence[str], known: Sequence[str]) -> list[str]:
    """The known cards in the chosen order; one that was not there then follows the one before it."""
    there = set(known)
    found = [one for one in dict.fromkeys(chosen) if one in there]
    named, before = set(found), None
    for one in known:
        if one not in named:
            found.insert(found.index(before) + 1 if before is not None else 0, one)
        before = one
    return found


def playing(shot: ProjectShot) -> ShotTake | None:
    """The pick of its furthest step, clips before pictures; of several there the latest. None if nothing is picked."""
    picks = [take for take in shot.picks if take.media in _SHOWN]

    def rank(take: ShotTake) -> tuple[bool, int, float, float]:
        task = take.row.task
        return (take.media is Media.VIDEO, take.generation, task.picked_at or 0.0, task.created_at)

    return max(picks, key=rank, default=None)


def _cards(
    cut: Cut, shots: Sequence[ProjectShot], planned: Sequence[PlannedShot], tries: Mapping[str, TaskId]
) -> Iterator[CutCard]:
    rows = {row.name: row for row in reversed(planned)}
    made = {shot.name for shot in shots}
    coming = [ProjectShot(name, ()) for name in rows if name not in made]
    for shot in sorted((*shots, *coming), key=lambda one: in_sheet_order(one.name)):
        if shot.name:
            yield _card(cut, shot.name, shot, tries, rows.get(shot.name))
            continue
        # Without shots, each pick is a card of its own.
        for take in shot.picks:
            if take.media in _SHOWN:
                yield _card(cut, take.row.task.id, ProjectShot("", (take,)), tries)
    for file in cut.files:
        yield CutCard(item=_of_file(file, cut.lengths.get(file.id, STILL_SECONDS)), file=file)


def _card(
    cut: Cut, card_id: str, shot: ProjectShot, tries: Mapping[str, TaskId], row: PlannedShot | None = None
) -> CutCard:
    takes = tuple(take for take in shot.takes if take.media in _SHOWN)
    tried = next((take for take in takes if take.row.task.id == tries.get(card_id)), None)
    take = tried or playing(shot)
    output = None if take is None else next((one for one in take.row.outputs if one.is_here), None)
    length = cut.lengths.get(card_id, 0.0)
    if take is None or output is None:
        reason = GapReason.MISSING if take is not None else GapReason.NOT_MADE
        if take is None and any(output.is_here for one in takes for output in one.row.outputs):
            reason = GapReason.UNPICKED
        asked = [asked_seconds(one.row.task.request) for one in shot.takes[-1:]] + ([row.seconds] if row else [])
        item = TimelineItem(
            id=card_id, shot=shot.name, name=shot.name, length=length or max(asked) or STILL_SECONDS, gap=reason
        )
        return CutCard(item=item, takes=takes, sheet_id=row.sheet_id if row is not None else "")
    task = take.row.task
    item = TimelineItem(
        id=card_id, shot=shot.name, path=Path(output.path), media=output.media, duration=output.duration,
        name=shot.name or task.title or " ".join(task.request.prompt.split())[:60] or Path(output.path).stem,
        size=(output.width, output.height), length=length or STILL_SECONDS,
        marks=tuple(mark for mark in task.marks if mark.index == output.index),
    )  # fmt: skip
    item = _trimmed(item, task.trim(output.index), asked_seconds(task.request))
    return CutCard(item=item, take=take, output=output, takes=takes)


def _of_file(file: FileCard, length: float) -> TimelineItem:
    item = TimelineItem(
        id=file.id, name=Path(file.path).name, path=Path(file.path), media=file.media, duration=file.duration,
        size=(file.width, file.height), has_sound=file.has_sound, length=length,
    )  # fmt: skip
    return _trimmed(item, Trim(0, file.start, file.duration if file.end is None else file.end))


def _trimmed(item: TimelineItem, trim: Trim | None, asked: float = 0.0) -> TimelineItem:
    """A clip between in and out, or all of it if the trim is none of this result; a still keeps its length."""
    if item.is_still:
        return replace(item, duration=0.0)
    whole = item.duration or asked or STILL_SECONDS
    start, end = (0.0, whole) if trim is None else (max(0.0, trim.start), min(trim.end, whole))
    return replace(item, start=start, length=end - start) if start < end else replace(item, length=whole)
