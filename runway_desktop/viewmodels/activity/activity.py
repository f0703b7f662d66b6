"""State of the activity pill: running work, acts with undo, and notices, reported from anywhere in the window. GUI
thread only."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from runway_desktop.texts import _, in_turn
from runway_desktop.usecases.activity import (
    Action,
    ActivityEntry,
    ActivityKind,
    Gesture,
    Listed,
    Shown,
    added,
    last_act,
    listed,
    may_be_joined,
    next_change,
    shown,
)
from runway_desktop.usecases.words.account import NO_GOING, Going
from runway_desktop.values import replace
from runway_desktop.viewmodels.model import Soon
from runway_desktop.viewmodels.status import Status

LINGERS = 1.5
"""Seconds that finished work stays visible: sending is often too short to notice."""
_DISMISSED_BY_HAND = (ActivityKind.SAID, ActivityKind.WAITS)

Does = Callable[[], object]


class Activity(QObject):
    changed = Signal()
    """The pill's content changed."""
    list_changed = Signal()
    said = Signal(str, bool)
    """A sentence for screen readers, and whether it is urgent."""

    def __init__(
        self, status: Status, parent: QObject | None = None, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        """`now` returns seconds of a monotonic clock."""
        super().__init__(parent)
        self._status = status
        self._now = now
        self._entries: tuple[ActivityEntry, ...] = ()
        self._number = 0
        self._gesture = Gesture()
        self._held: int | None = None
        """Number of the entry under the pointer or focus."""
        self._going: Going = NO_GOING
        self._went_on_at = float("-inf")
        self._room = ""
        self._for_good: dict[str, tuple[int, str]] = {}
        """For each room: the number of the last act there that has no undo, and a sentence that says so."""
        self.shown = Shown()
        self._timer = Soon(self, 0, self._show)
        status.changed.connect(self._status_changed)
        self._show()

    @property
    def listed(self) -> Listed:
        return listed(self._entries, self._going)

    def now(self) -> float:
        """Current time in Unix seconds, for the times of entries."""
        return self._status.now()

    def messages(self) -> list[str]:
        """Messages of all entries in the list, oldest first."""
        return [one.message for one in self._entries]

    def tell(
        self,
        message: str,
        detail: str = "",
        problem: bool = False,
        action_text: str = "",
        on_action: Does | None = None,
        once: bool = False,
        also: Sequence[tuple[str, Does]] = (),
        stays: bool = False,
        short: str = "",
    ) -> int:
        """Adds a message and returns its number.

        `action_text` adds a button that also ends the entry; `also` adds further texts and actions. A `problem`, or an
        entry that `stays`, waits for an answer. `once` replaces an earlier entry with the same message. `short` is a
        brief version.
        """
        actions = [Action(action_text, on_action)] if action_text and on_action is not None else []
        actions += [Action(text, does) for text, does in also]
        kind = ActivityKind.WAITS if problem or stays else ActivityKind.SAID
        entry = replace(self._new(kind, message, detail, short, tuple(actions)), is_problem=problem)
        self._put(entry, replaces=once)
        self.said.emit(str(in_turn(message, action_text)), problem)
        return entry.number

    def follow(self, message: str, action_text: str, on_action: Does) -> int:
        """Adds running work with a button to stop it, and returns its number. `say` updates its text; `end`
        removes it."""
        entry = self._new(ActivityKind.GOES_ON, message, "", "", (Action(action_text, on_action),))
        self._put(entry)
        self.said.emit(message, False)
        return entry.number

    def say(self, number: int, message: str, detail: str = "", *, aloud: bool = False) -> None:
        """Replaces an entry's message; ignored if it has ended."""
        self._change(number, message=message, detail=detail)
        self._changed()
        if aloud:
            self.said.emit(message, False)

    def act(self, message: str, undo: Does, *, short: str = "") -> int:
        """Adds an act with its undo, and returns its number."""
        entry = self._new(ActivityKind.ACT, message, "", short, (Action(_("Undo"), undo),))
        self._put(entry)
        self.said.emit(str(in_turn(message, _("Undo."))), False)
        return entry.number

    def for_good(self, why: str) -> None:
        """Notes an act that cannot be undone: the next undo says so, instead of taking back what was before it."""
        self._number += 1
        self._for_good[self._room] = (self._number, why)

    def enter(self, room: str) -> None:
        """Call when another room is in front: undo takes back what was done there."""
        self._room = room
        self._show()

    def expire(self, number: int) -> None:
        """Call when an act can no longer be undone: its message stays."""
        self._change(number, kind=ActivityKind.SAID, actions=())
        self._changed()

    @property
    def undoable(self) -> ActivityEntry | None:
        """The act that `undo` would revert; None if there is none."""
        return last_act(self._entries, self._room)

    def may_join(self, number: int) -> bool:
        """Whether another act can be merged with this one."""
        return may_be_joined(self._entries, number, self._now())

    def undo(self) -> None:
        """Undoes the last act of this room. Says why, if it cannot be undone."""
        last = self.undoable
        number, why = self._for_good.pop(self._room, (0, ""))
        if number > (last.number if last is not None else 0):
            self.tell(why, once=True)
        elif last is not None:
            self.take(last, last.actions[0])
        else:
            self.tell(_("Nothing to undo here."), once=True)

    def take(self, entry: ActivityEntry, action: Action) -> None:
        """Ends the entry and runs its action."""
        if any(one.number == entry.number for one in self._entries):
            self.end(entry.number)
            action.does()

    def end(self, number: int | None) -> None:
        """Removes an entry; ignored if it is gone."""
        kept = tuple(one for one in self._entries if one.number != number)
        if kept != self._entries:
            self._entries = kept
            self._changed()

    def read(self) -> None:
        """Call when the list was closed: entries without actions no longer count as waiting."""
        read = tuple(
            replace(one, kind=ActivityKind.SAID) if one.kind is ActivityKind.WAITS and not one.actions else one
            for one in self._entries
        )
        if read != self._entries:
            self._entries = read
            self._changed()

    def dismiss_all(self) -> None:
        """Removes notices. Acts with undo and running work stay."""
        self._entries = tuple(one for one in self._entries if one.kind not in _DISMISSED_BY_HAND)
        self._changed()

    def set_gesture(self, text: str, hint: str = "") -> None:
        """Sets text for the current pointer gesture, which precedes all other content: `set_gesture("Moving 2 tasks",
        "Esc puts them back")`. Empty text ends it."""
        if Gesture(text, hint) != self._gesture:
            is_other = text != self._gesture.text
            self._gesture = Gesture(text, hint)
            self._show()
            if text and is_other:
                self.said.emit(self.shown.whole, False)

    def hold(self, on: bool) -> None:
        """Keeps the shown entry while the pointer or focus is on the pill; afterwards its display time starts again."""
        entry = self.shown.entry
        if on:
            self._held = entry.number if entry is not None else None
            return
        held, self._held = self._held, None
        self._change(held, at=self._now())
        self._show()

    def _new(
        self, kind: ActivityKind, message: str, detail: str, short: str, actions: tuple[Action, ...]
    ) -> ActivityEntry:
        self._number += 1
        return ActivityEntry(
            number=self._number,
            kind=kind,
            message=message,
            at=self._now(),
            clock_time=self._status.now(),
            detail=detail,
            short=short,
            actions=actions,
            room=self._room,
        )

    def _change(self, number: int | None, **values: Any) -> None:
        self._entries = tuple(replace(one, **values) if one.number == number else one for one in self._entries)

    def _put(self, entry: ActivityEntry, *, replaces: bool = False) -> None:
        self._entries = added(self._entries, entry, replaces=replaces)
        self._changed()

    def _changed(self) -> None:
        self._show()
        self.list_changed.emit()

    def _status_changed(self) -> None:
        going, now = self._status.going(), self._now()
        if going.text:
            self._went_on_at = now
        elif now - self._went_on_at < LINGERS:
            return
        if going != self._going:
            self._going = going
            self._changed()

    def _show(self) -> None:
        now = self._now()
        wait = next_change(self._entries, now)
        if wait is not None:
            self._timer.start(round(wait * 1000) + 1)
        found = shown(self._entries, self._going, self._gesture, now, self._held, self._room)
        if found != self.shown:
            self.shown = found
            self.changed.emit()
