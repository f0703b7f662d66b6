"""State of a project's cut: its cards in order, the playhead, the take that is tried, and what a trim would be.

Reads the store when it opens and shortly after tasks change. Trying and previewing store nothing. GUI thread only.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.events import Notice
from runway_desktop.domain.film.cut import Cut, CutNote, GapMode, GapReason, Sound
from runway_desktop.domain.film.timecode import FrameRate, timecode
from runway_desktop.domain.library import Row
from runway_desktop.domain.media import Media, format_by_name
from runway_desktop.domain.task import Pick, TaskId, new_task_id
from runway_desktop.services.exchange.cut.cut_files import CutForm
from runway_desktop.services.exchange.cut.references import Editor
from runway_desktop.services.exchange.progress import Progress
from runway_desktop.services.supervised import Refresh, Runner
from runway_desktop.texts import _, ngettext
from runway_desktop.usecases.cut.cuts import NO_FFMPEG, Told
from runway_desktop.usecases.cut.playing import CutCard, CutView, playing, view_of
from runway_desktop.usecases.listing.changes import Touch
from runway_desktop.usecases.shots import ProjectShot, ShotTake
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words.tasks import settings_words
from runway_desktop.values import Struct, replace
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.model import Model, Soon
from runway_desktop.viewmodels.tasks.judging import JudgingModel

__all__ = ["NO_FFMPEG", "Card", "CutForm", "CutModel", "Editor", "Progress", "Told"]
SETTLE_MS = 150


class Card(Struct, frozen=True, kw_only=True):
    """What the strip shows of a shot or file. Seconds; `at` of the cut, `start` and `duration` of the file."""

    found: CutCard
    name: str
    takes: tuple[Row, ...] = ()
    """Alternatives to each other, oldest first."""
    playing: int | None = None
    """Number of the take that is picked."""
    trying: int | None = None
    """Number of the take that plays instead."""
    path: str = ""
    poster: str = ""
    at: float = 0.0
    start: float = 0.0
    length: float = 0.0
    duration: float = 0.0
    """0: a still or a gap, of any length."""
    gap: str = ""
    """Why nothing plays; empty if something does."""
    fix: str = ""
    detail: str = ""
    about: str = ""

    @property
    def id(self) -> str:
        return self.found.id

    @property
    def is_file(self) -> bool:
        return self.found.file is not None

    @property
    def now(self) -> int | None:
        return self.playing if self.trying is None else self.trying

    @property
    def row(self) -> Row | None:
        """The take that plays; in a gap the first."""
        return self.takes[self.now or 0] if self.takes else None

    @property
    def is_still(self) -> bool:
        """A still or a gap."""
        return self.duration == 0

    @property
    def clip(self) -> tuple[str, str]:
        """Its file and poster, as strips are requested. A file from outside has none: a strip is stored beside it."""
        return self.path, "" if self.is_file else self.poster

    @property
    def played(self) -> tuple[object, ...]:
        return (self.path, self.found.item.media, self.start, self.length, self.gap)


class CutModel(Model):
    changed = Signal()
    """Cards, current card, notes, or what is tried."""
    loaded = Signal(float)
    """What plays changed: it must be loaded again, at this second."""
    moved = Signal(float)
    """The playhead."""
    sought = Signal(float)
    """Wish: go to this second."""
    undo_offered = Signal(str, object)
    """A sentence about a change, and the function that undoes it."""

    def __init__(
        self, cases: UseCases, bridge: Bridge, runner: Runner, judge: JudgingModel, parent: QObject | None = None
    ) -> None:
        super().__init__(cases, runner, parent)
        self._judge = judge
        self.project = ""
        self.view: CutView | None = None
        """None until the store has answered."""
        self.cards: tuple[Card, ...] = ()
        self.at = 0
        self.position = 0.0
        self.preview: tuple[float, float] | None = None
        """Start and end of the current card while one of them is dragged."""
        self.can_film = False
        self._plays: Sequence[object] = ()
        """What was loaded last."""
        self._first_id = ""
        """Of the card to go to once the cut was read."""
        self._again = Refresh(runner, self._read, "read the cut")
        self._soon = Soon(self, SETTLE_MS, self.refresh)
        bridge.tasks_touched.connect(self._touched)
        bridge.tasks_added.connect(self._soon.begin)

    def open(self, project: str, card_id: str = "") -> None:
        """At this card, if it is there."""
        self.project, self.view, self.cards, self.at, self._plays = project, None, (), 0, ()
        self._first_id = card_id
        # The strip's rows go before it is laid out again.
        self.changed.emit()
        self.refresh()

    def close(self) -> None:
        self.project = ""

    def refresh(self) -> None:
        if self.project:
            self._again.begin()

    # What is shown.

    @property
    def cut(self) -> Cut:
        return self.view.cut if self.view is not None else Cut(project=self.project)

    @property
    def fps(self) -> FrameRate:
        return self.cut.rate

    @property
    def frame_seconds(self) -> float:
        return self.fps.seconds(1)

    @property
    def notes(self) -> Sequence[CutNote]:
        return sorted(self.cut.notes, key=lambda note: note.at)

    @property
    def sound(self) -> Sound | None:
        return self.cut.sound

    @property
    def length(self) -> float:
        return self.cards[-1].at + self.cards[-1].length if self.cards else 0.0

    @property
    def card(self) -> Card | None:
        return self.cards[self.at] if self.at < len(self.cards) else None

    @property
    def trying(self) -> int | None:
        return self.card.trying if self.card is not None else None

    @property
    def row(self) -> Row | None:
        """The take that plays in the current shot; in a gap its first."""
        return self.card.row if self.card is not None else None

    @property
    def current_id(self) -> TaskId | None:
        return self.row.task.id if self.row is not None else None

    @property
    def preview_frame(self) -> tuple[str, str, float] | None:
        """Path, poster and time of the frame at the end that is dragged."""
        if (card := self.card) is None or self.preview is None or not card.path:
            return None
        is_in = self.preview[0] != self._base().start
        return *card.clip, self.preview[0] if is_in else self.preview[1] - self.frame_seconds

    def words_of(self, seconds: float) -> str:
        return timecode(self.fps.frames(seconds), self.fps)

    def length_words(self, seconds: float) -> str:
        """Seconds and frames: "4:00"."""
        whole, frames = divmod(self.fps.frames(seconds), self.fps.base)
        return f"{whole}:{frames:02d}"

    @property
    def words(self) -> str:
        """ "9 shots · 7 picked · 2 gaps"."""
        gaps = sum(bool(card.gap) for card in self.cards)
        shots = sum(not card.is_file for card in self.cards)
        picked = sum(not card.is_file and not card.gap and card.playing is not None for card in self.cards)
        parts = [ngettext("{n} shot", "{n} shots", shots), _("{n} picked", n=picked)]
        parts += [ngettext("{n} gap", "{n} gaps", gaps)] if gaps else []
        if self.view is not None and (credits := round(self.view.credits_per_second)):
            parts.append(ngettext("{n} credit a second", "{n} credits a second", credits))
        return " · ".join(parts)

    def spoken(self, card: Card) -> str:
        """For a screen reader."""
        parts = [_("Shot {shot}", shot=card.name) if card.takes or card.gap else f"{card.name}: {card.detail}"]
        if card.gap:
            parts += [card.gap, card.fix]
        elif card.now is not None:
            parts.append(_("take {number} of {count}", number=card.now + 1, count=len(card.takes)))
            parts.append(_("not stored, trying") if card.trying is not None else _("picked"))
        begin, end = self.words_of(card.start), self.words_of(card.start + card.length)
        parts.append(_("at {time}, {length} long", time=self.words_of(card.at), length=self.length_words(card.length)))
        return ", ".join(
            [*filter(None, parts), *([_("in {begin}, out {end}", begin=begin, end=end)] if card.duration else [])]
        )

    # The playhead.

    def stand(self, seconds: float) -> None:
        """The player moved."""
        self.position = seconds
        at = max(0, min(bisect_right([card.at for card in self.cards], seconds + 1e-6), len(self.cards)) - 1)
        is_other, self.at = at != self.at, at
        self.moved.emit(seconds)
        if is_other:
            self.changed.emit()

    def go(self, at: int) -> None:
        """To a card's beginning."""
        if 0 <= at < len(self.cards):
            self.sought.emit(self.cards[at].at)

    # Trying another take.

    def try_take(self, number: int) -> None:
        """Plays another take in the current shot; stores nothing. The picked one plays again by its own number."""
        card = self.card
        if card is not None and self.view is not None and 0 <= number < len(card.takes):
            wanted = card.takes[number].task.id if number != card.playing else None
            self.view = self.view.trying(card.id, wanted)
            self._show()

    def try_next(self, by: int) -> None:
        if (card := self.card) is not None and card.takes:
            self.try_take(card.now + by if card.now is not None else 0 if by > 0 else len(card.takes) - 1)

    def go_back(self) -> None:
        if (card := self.card) is not None and self.view is not None:
            self.view = self.view.trying(card.id, None)
            self._show()

    # Judging: `Judges` of the commands.

    @property
    def has_any(self) -> bool:
        return self.row is not None and self.row.can_be_judged

    def rate(self, stars: int) -> None:
        if (current := self.current_id) is not None:
            self._judge.rate([current], stars)

    def pick(self, pick: Pick) -> None:
        """A pick takes the place of the shot's other."""
        card, row = self.card, self.row
        if card is None or row is None:
            return
        if pick is not Pick.PICK:
            self._judge.pick([row.task.id], Pick.NONE if row.task.pick is pick else pick)
        elif card.now != card.playing:
            self.pick_instead()

    def pick_instead(self) -> None:
        if (current := self.current_id) is not None:
            self._judge.pick_instead([current])

    # Changing the cut.

    def move_by(self, by: int) -> None:
        self.move(self.at, self.at + (by if by < 0 else by + 1))

    def move(self, at: int, before: int) -> None:
        """Moves a card before another one, or to the end."""
        amount = len(self.cards)
        if self.view is None or not (0 <= at < amount and 0 <= before <= amount) or before in (at, at + 1):
            return
        card, ahead = self.cards[at], self.cards[before].id if before < amount else None
        self._edit(self._cases.cuts.move(self.view, card.id, ahead), _("Shot {shot} moved.", shot=card.name), "order")

    def set_rate(self, rate: FrameRate) -> None:
        self._change(_("The cut has {rate} fps now.", rate=rate.name), rate=rate)

    def set_gaps(self, mode: GapMode) -> None:
        self._change(_("Gaps changed."), gaps=mode)

    def set_gain(self, gain_db: float) -> None:
        if (sound := self.sound) is not None:
            self._change(_("Volume of the sound changed."), sound=replace(sound, gain_db=gain_db))

    def remove_sound(self) -> None:
        work = self._cases.cuts.set_sound(self.project, None)
        self._edit(work, _("Sound removed from the cut. Its file stays."), "sound")

    def remove_file(self) -> None:
        """The current card, if it is a file from outside."""
        if (card := self.card) is not None and card.is_file:
            work = self._cases.cuts.remove_file(self.project, card.id)
            self._edit(work, _("“{name}” removed from the cut. The file stays.", name=card.detail), "files")

    def add_files(self, paths: Sequence[Path]) -> None:
        """Clips and stills become cards, a sound the lane."""
        sounds = [path for path in paths if media_of(path) is Media.AUDIO]
        others = [path for path in paths if path not in sounds]
        if sounds:
            work = self._cases.cuts.set_sound(self.project, sounds[-1])
            self._edit(work, _("“{name}” is the sound of the cut.", name=sounds[-1].name), "sound")
        if others and self.view is not None:
            said = ngettext("{n} file added to the cut.", "{n} files added to the cut.", len(others))
            self._edit(self._cases.cuts.add_files(self.view, others), said, "files", "order")

    def add_note(self, text: str, at: float) -> None:
        note = CutNote(id=new_task_id(), at=self._whole(at), text=text.strip())
        self._change(_("Note added."), notes=(*self.cut.notes, note))

    def edit_note(self, note_id: str, text: str) -> None:
        notes = tuple(replace(one, text=text.strip()) if one.id == note_id else one for one in self.cut.notes)
        self._change(_("Note changed."), notes=notes)

    def remove_note(self, note_id: str) -> None:
        self._change(_("Note removed."), notes=tuple(one for one in self.cut.notes if one.id != note_id))

    def _change(self, said: str, **members: Any) -> None:
        self._edit(self._cases.cuts.change(self.project, lambda cut: replace(cut, **members)), said, *members)

    def _edit(self, work: Coroutine[Any, Any, Cut], said: str, *members: str) -> None:
        """Stores a change of these members. Its undo leaves the others as they are then."""

        def done(before: Cut) -> None:
            self.refresh()
            if said:
                self.undo_offered.emit(said, lambda: undo(before))

        def undo(before: Cut) -> None:
            self._change("", **{one: getattr(before, one) for one in members})
            self._cases.bus.tell(Notice(_("Undone: {act}", act=said)))

        self._runner(work, "change the cut", done=done)

    # Exports.

    @property
    def _stored(self) -> CutView:
        """What is exported: the cut without what is only tried."""
        now = self.view
        return view_of(now.cut, now.shots, now.planned) if now is not None else view_of(self.cut, ())

    @property
    def gap_words(self) -> str:
        """ "2 gaps, 9 s, become black."; empty without a gap."""
        gaps = [item for item in self._stored.timeline.items if item.gap is not None and item.frames]
        if not gaps:
            return ""
        seconds = self.length_words(self.fps.seconds(sum(item.frames for item in gaps)))
        return ngettext(
            "{n} gap, {length}, becomes black.", "{n} gaps, {length}, become black.", len(gaps), length=seconds
        )

    def export(
        self,
        form: CutForm,
        target: Path,
        editor: Editor,
        told: Collection[Told],
        progress: Progress,
        then: Callable[[Sequence[Path]], object],
    ) -> None:
        """`then` gets what was written; nothing if it failed or was stopped."""

        async def write(view: CutView) -> None:
            paths: Sequence[Path] = ()
            try:
                paths = (await self._cases.cuts.export(view, form, target, editor, progress, told)).paths
            finally:
                then(paths)

        if self.view is not None:
            self._runner(write(self._stored), "export the cut")

    # In and out.

    def preview_trim(self, by_in: float, by_out: float) -> None:
        """Moves the current card's ends, in seconds, without storing it."""
        card, shortest = self._base(), self.frame_seconds
        by_in, by_out, end = self._whole(by_in), self._whole(by_out), card.start + card.length
        start = 0.0 if card.is_still else min(max(card.start + by_in, 0.0), end - shortest)
        end = min(max(end + by_out, start + shortest), card.duration or float("inf"))
        self.preview = (start, end - by_in if card.is_still else end)
        self._show()

    def drop_trim(self) -> None:
        if self.preview is not None:
            self.preview = None
            self._show()

    def keep_trim(self) -> None:
        if self.preview is not None:
            (start, end), self.preview = self.preview, None
            self._trim(start, end)

    def trim_here(self, *, is_in: bool) -> None:
        """Begins the current shot at the playhead, or ends it after the frame there."""
        if (card := self.card) is None:
            return
        here = card.start + self._whole(self.position - card.at)
        end = card.start + card.length
        if is_in and card.is_still:
            self._trim(0.0, end - here)
        elif is_in:
            self._trim(here, end)
        else:
            self._trim(card.start, here + self.frame_seconds)

    def clear_trim(self) -> None:
        if (card := self.card) is not None:
            self._trim(0.0, card.duration)

    def _trim(self, start: float, end: float) -> None:
        if (card := self.card) is None or end - start < self.frame_seconds / 2:
            return
        if card.is_still:
            work = self._cases.cuts.set_length(self.project, card.id, end - start)
            self._edit(work, _("Length of {shot} changed.", shot=card.name), "lengths")
        elif card.is_file:
            work = self._cases.cuts.trim_file(card.found, self.project, start, end)
            self._edit(work, _("In and out changed."), "files")
        else:
            self._judge.set_trims(card.found.trims(start, end))

    def _whole(self, seconds: float) -> float:
        """At the nearest frame of the cut."""
        return self.fps.seconds(self.fps.frames(seconds))

    def _base(self) -> Card:
        """The current card without what a drag does to it."""
        return self._shown(None)[self.at]

    def _show(self) -> None:
        """Shows what was read with what is tried and dragged; the playhead stays at its frame, or in its card."""
        card = self.card
        into = self.position - card.at + card.start if card is not None else 0.0
        self.cards = self._shown(self.preview)
        now = next((at for at, one in enumerate(self.cards) if card is not None and one.id == card.id), None)
        self.at = now if now is not None else max(0, min(self.at, len(self.cards) - 1))
        if (card := self.card) is not None and now is not None:
            self.position = card.at + max(0.0, min(into - card.start, card.length - self.frame_seconds))
        plays = [*(one.played for one in self.cards), self.sound]
        if self.preview is None and plays != self._plays:
            self._plays = plays
            self.loaded.emit(self.position)
        self.changed.emit()

    def _shown(self, preview: tuple[float, float] | None) -> tuple[Card, ...]:
        cards: list[Card] = []
        at = 0.0
        for found in self.view.cards if self.view is not None else ():
            if not found.item.frames:
                continue
            card = self._card(found)
            if preview is not None and self.at == len(cards):
                card = replace(card, start=preview[0], length=preview[1] - preview[0])
            cards.append(replace(card, at=at))
            at += card.length
        return tuple(cards)

    def _card(self, found: CutCard) -> Card:
        item = found.item
        picked = playing(ProjectShot(item.shot, found.takes))
        takes = alternatives(found.takes, picked)
        rows = tuple(take.row for take in takes)
        now = takes.index(found.take) if found.take is not None and found.take in takes else None
        row = rows[now or 0] if rows else None
        gap, fix = _gap_words(item.gap, len(rows), found.sheet_id) if item.gap is not None else ("", "")
        return Card(
            found=found, name=_("File") if found.file is not None else item.name, takes=rows, gap=gap, fix=fix,
            playing=takes.index(picked) if picked is not None and picked in takes else None,
            trying=now if found.take is not picked else None,
            path=str(item.path or ""), start=item.start, duration=item.duration,
            poster=(found.output.poster if found.output is not None else "") or str(item.path or ""),
            length=self.fps.seconds(item.frames),
            detail=item.name if found.file is not None else "",
            about=settings_words(row.task, self._cases.catalog) if row is not None else "",
        )  # fmt: skip

    async def _read(self) -> None:
        project = self.project
        view, self.can_film = await self._cases.cuts.open(project), await self._cases.cuts.can_film()
        if project == self.project:
            for card_id, task_id in (self.view.tries if self.view is not None else {}).items():
                view = view.trying(card_id, task_id)
            self.view = view
            self._show()
            first, self._first_id = self._first_id, ""
            self.go(next((at for at, card in enumerate(self.cards) if card.id == first), -1))

    def _touched(self, touches: Mapping[TaskId, Touch]) -> None:
        if any(touch.task is not None or touch.outputs for touch in touches.values()):
            self._soon.begin()


def media_of(path: Path) -> Media | None:
    """Kind of a file by its name."""
    form = format_by_name(path.name)
    return form.media if form is not None else None


def alternatives(takes: Sequence[ShotTake], picked: ShotTake | None) -> tuple[ShotTake, ...]:
    """Takes beside the picked one: of its step; without one, of the furthest step that made something."""
    made = [take for take in takes if any(output.is_here for output in take.row.outputs)]
    last = picked or max(made, key=lambda take: (take.media is Media.VIDEO, take.generation), default=None)
    return tuple(take for take in takes if last is not None and take.place == last.place and take in (*made, last))


def _gap_words(gap: GapReason, takes: int, sheet_id: str) -> tuple[str, str]:
    """Why a shot has nothing to play, and what to do."""
    match gap:
        case GapReason.UNPICKED:
            return ngettext("{n} take, not picked", "{n} takes, none picked", takes), _("Judge them")
        case GapReason.NOT_MADE:
            return _("Not made yet"), _("Open in sheet") if sheet_id else ""
        case GapReason.MISSING:
            return _("Its file is missing"), _("Open the take")
