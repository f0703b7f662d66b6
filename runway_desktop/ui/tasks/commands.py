"""Command records that judge and compare: the selected tasks, or the current take in the viewer."""

from __future__ import annotations

from functools import partial
from typing import Any, Protocol

from runway_desktop.domain.task import MOST_STARS, Pick
from runway_desktop.texts import Text
from runway_desktop.usecases.commands.command import JUDGING, LIST, RecordsOf, Scope, Standard
from runway_desktop.usecases.commands.task_command import SELECT_FIRST

_STAR = Text("Rate 1 star", "Rate {n} stars")
_STAR_OF_NOW = Text("Rate 1 star, current rating", "Rate {n} stars, current rating")


class Judges(Protocol):
    @property
    def has_any(self) -> bool:
        """Whether there is a task to judge."""

    def rate(self, stars: int) -> None: ...
    def pick(self, pick: Pick) -> None: ...
    def pick_instead(self) -> None:
        """Moves the pick of its place in the shot here."""


def _select_first(on: Judges) -> Text | str:
    return "" if on.has_any else SELECT_FIRST


_COMPARES = {True: Text("Compare takes"), False: Text("Swap sides")}
"""By whether one result is shown, or several beside each other."""


def _nothing_to_compare(on: Judges) -> Text | str:
    return "" if on.has_any else Text("Select tasks to compare, or one task for its takes.")


def star_words(stars: int, rating: int) -> Text:
    """Accessible text of a star button."""
    return (_STAR_OF_NOW if stars == rating else _STAR).of(stars)


def _rate(stars: int, on: Judges) -> None:
    on.rate(stars)


_seen = RecordsOf[Judges](JUDGING, Scope.LIST, Scope.PREVIEW, Scope.VIEWER, why_not=_select_first)
_list = RecordsOf[Any](JUDGING, Scope.LIST)
_chosen = RecordsOf[Any](JUDGING, Scope.LIST, why_not=_select_first)
_comparing = RecordsOf[Any](LIST, Scope.LIST, Scope.VIEWER, why_not=_nothing_to_compare, icon="mdi6.compare")

PICK = _seen(
    "judge.pick",
    Text("Pick"),
    lambda judge: judge.pick(Pick.PICK),
    "P",
    icon="mdi6.check",
    synonyms=Text("favorite, like"),
)
PICK_INSTEAD = _seen(
    "judge.instead",
    Text("Pick instead"),
    lambda judge: judge.pick_instead(),
    "Alt+P",
    synonyms=Text("only pick, replace pick"),
)
REJECT = _seen(
    "judge.reject",
    Text("Reject"),
    lambda judge: judge.pick(Pick.REJECT),
    "X",
    icon="mdi6.close",
    synonyms=Text("dislike"),
)
_words = {0: Text("Clear rating")} | {n: Text("Rate {stars}").with_(stars=n) for n in range(1, MOST_STARS + 1)}
RATE = tuple(_seen(f"judge.rate.{n}", words, partial(_rate, n), f"{n}", begins=n == 1) for n, words in _words.items())
"""By number of stars; 0 clears the rating."""
TAG = _chosen(
    "judge.tag",
    Text("Tag…"),
    lambda judge: judge.tag(),
    "T",
    icon="mdi6.tag-outline",
    begins=True,
    synonyms=Text("label, keyword"),
)
NOTE = _chosen(
    "judge.note",
    Text("Note…"),
    lambda judge: judge.note(),
    "N",
    icon="mdi6.note-text-outline",
    synonyms=Text("comment, annotate"),
)
PROJECT = _chosen(
    "judge.project",
    Text("Project…"),
    lambda judge: judge.project(),
    "Shift+P",
    synonyms=Text("move to folder, collection"),
)
SHOT = _chosen("judge.shot", Text("Shot…"), lambda judge: judge.shot(), "Shift+T", synonyms=Text("scene, slate"))
REDO = _list("judge.redo", Text("Redo"), lambda judge: judge.judging.redo(), Standard.REDO, begins=True)
COMPARE_SO_MANY = Text("Compare 1 take", "Compare {n} takes")
COMPARE_TAKES = _comparing(
    "compare.takes", Text("Compare takes"), lambda on: on.compare(), "C", label=lambda on: _COMPARES[on.is_one]
)
COMPARE_SELECTED = RecordsOf[Any](LIST, Scope.WINDOW)(
    "compare.chosen",
    Text("Compare selected"),
    lambda window: window.judge.compare(),
    "Ctrl+Shift+C",
    icon="mdi6.compare",
    why_not=lambda window: _nothing_to_compare(window.judge),
    synonyms=Text("side by side, versus, wipe, difference"),
)

COMMANDS = (
    PICK,
    PICK_INSTEAD,
    REJECT,
    *RATE[1:],
    RATE[0],
    TAG,
    NOTE,
    PROJECT,
    SHOT,
    REDO,
    COMPARE_TAKES,
    COMPARE_SELECTED,
)
