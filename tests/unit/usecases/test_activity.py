"""Content of the activity pill and its list, without a window and without Qt."""

from __future__ import annotations

import pytest

from runway_desktop.domain.account import Link
from runway_desktop.domain.events import DownloadsCounted
from runway_desktop.usecases.activity import (
    LEAST_SECONDS,
    MOST_RECENT,
    Action,
    ActivityEntry,
    ActivityKind,
    Gesture,
    Sign,
    added,
    first_sentence,
    listed,
    may_be_joined,
    next_change,
    seconds_shown,
    shown,
)
from runway_desktop.usecases.words.account import NO_GOING, NOTHING_GOES_ON, Going, going_words

UNDO = (Action("Undo", lambda: None),)
NO_GESTURE = Gesture()
SAVING = Going("Saving 3", "48 MB/s", lines=(("Saving 3 results", "48 MB/s"),))
LATER = 2 * LEAST_SECONDS


def entry(number: int, kind: ActivityKind, message: str = "", at: float = 0.0, **more: object) -> ActivityEntry:
    return ActivityEntry(number=number, kind=kind, message=message or f"Entry {number}.", at=at, **more)  # type: ignore[arg-type]


def test_latest_message_is_shown_for_a_while_and_then_running_work():
    act = entry(1, ActivityKind.ACT, "3 tasks removed. Files stay.", short="3 removed", actions=UNDO)
    first = shown([act], SAVING, NO_GESTURE, 1.0)
    assert (first.text, first.sign, first.action) == ("3 removed", Sign.ACT, UNDO[0])
    then = shown([act], SAVING, NO_GESTURE, LATER)
    assert (then.text, then.hint, then.sign) == ("Saving 3", "48 MB/s", Sign.SAVING)
    assert "48" not in then.whole, "a speed would be read out again and again"


def test_last_act_stays_shown_without_running_work_to_allow_undo():
    entries = [entry(1, ActivityKind.ACT, actions=UNDO), entry(2, ActivityKind.SAID, "Copied.")]
    assert shown(entries, NO_GOING, NO_GESTURE, LATER).text == "Entry 1"
    assert shown(entries[1:], NO_GOING, NO_GESTURE, LATER).text == str(NOTHING_GOES_ON)


def test_running_work_is_shown_when_there_is_nothing_to_undo():
    going = going_words(0, DownloadsCounted(0, 0, 0.0), Link.CONNECTED, live=2)
    act = entry(1, ActivityKind.ACT, actions=UNDO)
    assert shown([act], going, NO_GESTURE, LATER).action is UNDO[0]
    found = shown([], going, NO_GESTURE, LATER)
    assert (found.text, found.sign) == ("Generating 2 tasks", Sign.GOES_ON)
    assert listed([], going).going.lines == (("Generating 2 tasks", ""),)


def test_message_waiting_for_an_answer_returns_after_newer_ones_and_is_counted():
    entries = [
        entry(1, ActivityKind.WAITS, "The disk is full.", actions=UNDO),
        entry(2, ActivityKind.SAID, "Copied.", at=50.0),
    ]
    news = shown(entries, SAVING, NO_GESTURE, 51.0)
    assert (news.text, news.waiting) == ("Copied", 1)
    after = shown(entries, SAVING, NO_GESTURE, 51.0 + LATER)
    assert (after.text, after.sign, after.waiting) == ("The disk is full", Sign.WAITS, 1)


def test_drag_hint_is_shown_before_all_other_messages():
    found = shown([entry(1, ActivityKind.WAITS)], SAVING, Gesture("Moving 2 tasks", "Esc puts them back"), 0.0)
    assert (found.text, found.hint, found.sign) == ("Moving 2 tasks", "Esc puts them back", Sign.GESTURE)
    assert found.whole == "Moving 2 tasks. Esc puts them back"
    assert found.waiting == 1


def test_message_under_the_pointer_stays_until_there_is_news():
    entries = [entry(1, ActivityKind.SAID, "Copied.")]
    assert shown(entries, SAVING, NO_GESTURE, LATER, held=1).text == "Copied"
    entries.append(entry(2, ActivityKind.SAID, "Copied again.", at=LATER))
    assert shown(entries, SAVING, NO_GESTURE, LATER, held=1).text == "Copied again"


def test_pill_shows_a_button_only_if_it_is_short_and_the_only_one():
    short, long = Action("Stop", lambda: None), Action("Choose another folder…", lambda: None)
    for actions, wanted in (((short,), short), ((long,), None), ((short, long), None)):
        assert shown([entry(1, ActivityKind.GOES_ON, actions=actions)], NO_GOING, NO_GESTURE, 0.0).action is wanted


def test_long_messages_are_shown_longer():
    short, long = entry(1, ActivityKind.SAID, "Copied."), entry(2, ActivityKind.SAID, "Word " * 60)
    assert seconds_shown(short) == LEAST_SECONDS
    assert seconds_shown(long) > 2 * LEAST_SECONDS
    assert next_change([short, long], 1.0) == LEAST_SECONDS - 1.0
    assert next_change([short], LATER) is None


def test_repeated_message_replaces_the_earlier_one_unless_it_has_a_button():
    problem = entry(1, ActivityKind.WAITS, "Runway cannot be reached.")
    other = entry(2, ActivityKind.WAITS, "Another.")
    again = entry(3, ActivityKind.WAITS, "Runway cannot be reached.")
    assert added((problem, other), again) == (other, again)
    acts = [entry(number, ActivityKind.ACT, "1 file moved to the trash.", actions=UNDO) for number in (1, 2)]
    assert added(acts[:1], acts[1]) == tuple(acts)
    assert added(acts[:1], acts[1], replaces=True) == (acts[1],)


def test_old_messages_go_while_pending_and_undoable_ones_stay():
    entries: tuple[ActivityEntry, ...] = (entry(1, ActivityKind.WAITS), entry(2, ActivityKind.ACT, actions=UNDO))
    for number in range(3, 30):
        entries = added(entries, entry(number, ActivityKind.SAID))
    assert [one.kind for one in entries[:2]] == [ActivityKind.WAITS, ActivityKind.ACT]
    assert len(entries) == 2 + MOST_RECENT


def test_act_is_merged_only_with_a_recent_last_one():
    entries = [entry(1, ActivityKind.ACT, at=10.0), entry(2, ActivityKind.SAID, at=10.0)]
    assert may_be_joined(entries, 1, 11.0)
    assert not may_be_joined(entries, 1, 11.0 + LEAST_SECONDS)
    assert not may_be_joined([*entries, entry(3, ActivityKind.ACT, at=11.0)], 1, 11.0)
    assert not may_be_joined([], 1, 11.0)


def test_list_has_running_work_pending_messages_and_then_newest_first():
    kinds = (ActivityKind.SAID, ActivityKind.WAITS, ActivityKind.ACT, ActivityKind.GOES_ON, ActivityKind.WAITS)
    found = listed([entry(number, kind) for number, kind in enumerate(kinds)], SAVING)
    numbers = [[one.number for one in part] for part in (found.going_on, found.waiting, found.recent)]
    assert numbers == [[3], [4, 1], [2, 0]]
    assert not found.is_empty
    assert listed([], NO_GOING).is_empty


@pytest.mark.parametrize(
    ("message", "head"),
    [
        ("Copied. Paste it anywhere.", "Copied"),
        (
            "Sicherung vom 29. November 2026 wiederhergestellt. Das Senden ist pausiert.",
            "Sicherung vom 29. November 2026 wiederhergestellt",
        ),
        ("Ein Protokoll, z. B. das letzte. Mehr nicht.", "Ein Protokoll, z. B. das letzte"),
        ("Loading...", "Loading..."),
    ],
)
def test_pill_shows_the_first_sentence_without_cutting_a_date(message, head):
    assert first_sentence(message) == head
