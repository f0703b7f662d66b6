"""Each line says why a result is not here, until when its link surely works, and what to do; nothing is promised."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.library import Row
from runway_desktop.domain.media import Media
from runway_desktop.domain.moments import LinkLife
from runway_desktop.domain.presence import Look, Presence
from runway_desktop.domain.task import OutputState, State
from runway_desktop.usecases.words.expiry import (
    STALLED,
    URGENT,
    BoardColumn,
    BoardLine,
    is_stuck,
    is_urgent,
    line_of,
    urgent_words,
)
from runway_desktop.usecases.words.states import Tone
from runway_desktop.values import replace
from runway_desktop.viewmodels.expiry.board_table import LINE, BoardLines
from tests.rigs.rows import saved, task

HOUR = 3600.0
FULL = "The disk with “/library” is full. Free up space; saving continues automatically. 200 MB always stay free."
NOW = datetime(2026, 11, 25, 14, 0).timestamp()


def made(number: int = 1, *, hours: float = 1.0, state: OutputState = OutputState.WAITING, **members: Any) -> Row:
    one = task(number, State.SUCCEEDED, prompt=f"Shot {number}")
    return Row(task=one, outputs=(saved(one, "", state=state, url_fetched_at=NOW - hours * HOUR, **members),))


def line(row: Row, index: int = 0, **more: Any) -> BoardLine:
    return line_of(row, row.outputs[index], NOW, **more)


def missing(number: int = 1, *, hours: float = 500.0) -> Row:
    row = made(number, hours=hours, state=OutputState.SAVED)
    gone = replace(row.outputs[0], path="/library/day/clip.mp4", look=Look(presence=Presence.MISSING, at=NOW))
    return replace(row, outputs=(gone,))


@pytest.mark.parametrize(
    ("row", "headline", "detail", "action"),
    [
        (made(), "Waiting", "In the queue", "Save now"),
        (
            made(problem=Reason(ReasonCode.UNKNOWN, words="There is no network.")),
            "Waiting",
            "There is no network.",
            "Save now",
        ),
        (
            made(state=OutputState.FAILED, problem=Reason(ReasonCode.DISK_FULL, "/library")),
            "Not saved",
            FULL,
            "Save now",
        ),
        (made(state=OutputState.DOWNLOADING), "Saving", "", ""),
        (made(hours=60), "Waiting", "In the queue", "Refresh"),
        (missing(), "File missing", "It was in /library/day", "Refresh"),
        (missing(hours=2), "File missing", "It was in /library/day", "Save now"),
    ],
)
def test_it_says_why_and_offers_what_helps(row: Row, headline: str, detail: str, action: str) -> None:
    found = line(row)
    assert (found.why.headline, found.why.detail, found.action) == (headline, detail, action)
    assert (found.title, found.detail) == ("Shot 1", "Gen-4.5")


def test_a_running_download_counts_its_bytes() -> None:
    running = made(state=OutputState.DOWNLOADING)
    known = line(running, received=(3_000_000, 12_000_000))
    assert (known.why.detail, known.why.progress) == ("3.0 MB of 12 MB", 0.25)
    unknown = line(running, received=(3_000_000, None))
    assert (unknown.why.detail, unknown.why.progress, unknown.why.moving) == ("3.0 MB", None, True)


@pytest.mark.parametrize(
    ("hours", "tone", "spent"),
    [(1, Tone.GOOD, 1 / 48), (19, Tone.WARN, 19 / 48), (30, Tone.WARN, 30 / 48), (60, Tone.PLAIN, 1.0)],
)
def test_the_bar_is_calm_until_it_is_late(hours: float, tone: Tone, spent: float) -> None:
    found = line(made(hours=hours))
    assert found.tone is tone
    assert found.spent == pytest.approx(spent)


def test_one_of_several_results_says_which() -> None:
    one = task(1, State.SUCCEEDED)
    outputs = [saved(one, "", number, state=OutputState.WAITING, media=Media.IMAGE) for number in range(3)]
    row = Row(task=one, outputs=tuple(outputs))
    assert line(row, 1).detail == "Gen-4.5 · 2 of 3"


def test_a_result_of_this_moment_is_no_news() -> None:
    assert not is_stuck(made(hours=0.01).outputs[0], NOW)
    assert is_stuck(made(hours=0.02).outputs[0], NOW)
    assert is_stuck(made(hours=0, state=OutputState.FAILED).outputs[0], NOW)
    assert is_stuck(made(hours=0, problem=Reason(ReasonCode.UNKNOWN, words="There is no network.")).outputs[0], NOW)
    assert is_stuck(missing(hours=0).outputs[0], NOW)


@pytest.mark.parametrize(
    ("hours", "urgent"),
    [(24 - URGENT / HOUR - 0.1, False), (24 - URGENT / HOUR + 0.1, True), (30, True), (48.1, False)],
)
def test_it_is_urgent_when_its_link_ends_soon_and_nothing_moves(hours: float, urgent: bool) -> None:
    output = made(hours=hours).outputs[0]
    assert is_urgent(output, NOW, NOW - STALLED) is urgent
    assert not is_urgent(output, NOW, NOW - STALLED + 1)


def test_what_is_told_of_urgent_ones_names_the_first_end() -> None:
    late, later = LinkLife(NOW - 20 * HOUR), LinkLife(NOW - 22 * HOUR)
    assert urgent_words([late], NOW) == ("Saving is stuck for a result. Its link is safe only until today, 18:00.")
    assert urgent_words([late, later], NOW) == (
        "Saving is stuck for 2 results. The first link is safe only until today, 16:00."
    )
    assert urgent_words([LinkLife(NOW - 30 * HOUR)], NOW).endswith("Its link may have expired.")


def test_rows_go_come_and_move_without_losing_who_is_who(qapp: object) -> None:
    table = BoardLines()
    tester = QAbstractItemModelTester(table, QAbstractItemModelTester.FailureReportingMode.Fatal)
    lines = [line(made(number)) for number in range(6)]
    table.show(lines[:4])
    kept = [QPersistentModelIndex(table.index(row, 0)) for row in range(4)]
    for order in (
        [3, 1, 0, 2],
        [5, 2, 4, 0],
        [],
        [0, 1, 2, 3, 4, 5],
        [0, 5],
        [1, 2, 0, 3, 5, 4],
        [5, 4, 3, 2, 1, 0],
        [2],
    ):
        table.show([lines[number] for number in order])
        assert [found.key for found in table.lines()] == [lines[number].key for number in order]
        assert table.rowCount() == len(order)
    assert [index.isValid() for index in kept] == [False, False, False, False]
    del tester


def test_a_line_that_changes_is_filled_in_place_and_moved_ones_are_followed(qapp: object) -> None:
    table = BoardLines()
    lines = [line(made(number)) for number in range(3)]
    table.show(lines)
    last = QPersistentModelIndex(table.index(2, 0))
    changed: list[int] = []
    table.dataChanged.connect(lambda first, *_: changed.append(first.row()))
    later = line(made(2, state=OutputState.FAILED, problem=Reason(ReasonCode.DISK_FULL, "/library")))
    table.show([later, lines[0], lines[1]])
    assert last.row() == 0
    assert changed == [0]
    found = table.index(0, BoardColumn.WHY).data(LINE)
    assert isinstance(found, BoardLine)
    assert found.why.headline == "Not saved"
    table.show([later, lines[0], lines[1]])
    assert changed == [0]


def test_a_reader_hears_the_whole_line_and_each_cell(qapp: object) -> None:
    table = BoardLines()
    table.show([line(made(state=OutputState.FAILED, problem=Reason(ReasonCode.DISK_FULL, "/library")))])
    role = Qt.ItemDataRole.AccessibleTextRole
    whole = str(table.index(0, BoardColumn.RESULT).data(role))
    for words in ("Shot 1", "The disk with", "Safe until tomorrow, 13:00", "at the latest 27 Nov, 13:00"):
        assert words in whole
    assert table.index(0, BoardColumn.ACTION).data(role) == "Save now"
    assert table.data(QModelIndex(), role) is None
    heads = [table.headerData(column, Qt.Orientation.Horizontal) for column in BoardColumn]
    assert heads[:3] == ["Result", "Status", "Link"]
