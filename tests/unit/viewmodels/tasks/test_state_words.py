"""A task's state in words: every state, every state of its results, and no invented number."""

import itertools

import pytest

from runway_desktop.domain.account import Fingerprint
from runway_desktop.domain.caps import Kept, LaneCode, LaneReason
from runway_desktop.domain.failures import Failure, Reason, ReasonCode
from runway_desktop.domain.library import Row
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Evidence, Hold, HoldCode, OutputState, Refusal, State
from runway_desktop.usecases.words.states import Around, Tone, badge, cost_words, describe
from tests.rigs.rows import failed, row, saved, task

EVERY = [
    (state, results)
    for state in State
    for results in (
        (),
        *((one,) for one in OutputState),
        *(itertools.combinations_with_replacement(OutputState, 2) if state is State.SUCCEEDED else ()),
    )
]


@pytest.mark.parametrize(("state", "results"), EVERY)
def test_every_state_has_a_text_and_an_icon(state, results):
    words = describe(row(state, *results, remote_status="DREAMING" if state is State.OTHER else ""), Around())
    assert words.headline
    assert words.icon.startswith("mdi6.")
    assert words.spoken.startswith(words.headline)
    assert not words.headline.endswith(".")


@pytest.mark.parametrize("state", [state for state in State if state.is_final or state is State.QUEUED])
def test_only_running_states_are_animated(state):
    words = describe(row(state, OutputState.SAVED), Around())
    assert not words.moving
    assert words.progress is None


@pytest.mark.parametrize("state", [State.PENDING, State.THROTTLED, State.OTHER, State.SENDING])
def test_only_a_running_task_shows_progress(state):
    words = describe(row(state, progress=0.4), Around())
    assert words.progress is None
    assert words.moving


def test_throttled_task_shows_the_slots_in_use():
    words = describe(row(State.THROTTLED), Around(slots_used=2, slots=2))
    assert words.spoken == "Waiting for a slot (2 of 2 in use)"
    assert describe(row(State.THROTTLED), Around()).spoken == "Waiting for a slot (starts automatically)"


def test_running_task_shows_the_servers_progress_and_time_left():
    words = describe(row(State.RUNNING, progress=0.43), Around(remaining=(32, 47)))
    assert (words.headline, words.detail, words.progress) == ("Running 43 %", "30–50 s", 0.43)
    assert describe(row(State.RUNNING), Around()).moving


def test_progress_stays_below_a_hundred_percent_until_the_end():
    assert describe(row(State.RUNNING, progress=0.999), Around()).headline == "Running 99 %"
    assert describe(row(State.RUNNING, progress=1.0), Around()).headline == "Running 100 %"
    assert describe(row(State.RUNNING, progress=0.29), Around()).headline == "Running 29 %"


def test_upload_is_shown_while_the_task_is_still_queued():
    for state in (State.QUEUED, State.SENDING):
        words = describe(row(state), Around(uploaded=0.5))
        assert words.spoken == "Uploading (50 %)"
    assert describe(row(State.QUEUED), Around(uploaded=1.0)).headline == "Queued"


def test_queued_task_says_why_it_waits():
    assert "Restored" in describe(row(State.QUEUED, hold=Hold(HoldCode.RESTORED)), Around()).detail
    assert describe(row(State.QUEUED), Around(kept=Kept(lane=LaneReason(LaneCode.PAUSED)))).detail == "Paused"


def test_unknown_status_is_shown_as_its_word():
    words = describe(row(State.OTHER, remote_status="COOLING_DOWN"), Around())
    assert words.headline == "At Runway: Cooling down"


@pytest.mark.parametrize(
    ("evidence", "says"),
    [
        (None, "Uncertain, maybe charged"),
        (Evidence(), "Uncertain, maybe charged"),
        (Evidence(daily_before=3, daily_after=4), "Probably charged"),
        (Evidence(daily_before=3, daily_after=6, accepted_between=2), "Probably charged"),
        (Evidence(daily_before=3, daily_after=3, cause=Reason(ReasonCode.SERVER_TROUBLE)), "Probably not charged"),
        (Evidence(daily_before=3, daily_after=3, is_early=True), "Uncertain, maybe charged"),
    ],
)
def test_uncertain_task_shows_the_evidence_of_the_count(evidence, says):
    words = describe(row(State.UNCERTAIN, evidence=evidence), Around())
    assert (words.headline, words.detail) == (says, "Decide…")


def test_task_waiting_for_the_network_is_not_animated():
    done = row(State.SUCCEEDED, OutputState.WAITING)
    assert describe(done, Around()).moving
    offline = describe(done, Around(offline=True))
    assert (offline.headline, offline.detail) == ("Done, not saved yet", "Saves when back online")
    assert not offline.moving
    assert offline.progress is None
    # An attempt that cannot succeed is no saving either.
    assert not describe(row(State.SUCCEEDED, OutputState.DOWNLOADING), Around(offline=True, received=5)).moving
    problem = Reason(ReasonCode.NOT_REACHED)
    one = Row(task=task(1, State.SUCCEEDED), outputs=(saved(task(1), state=OutputState.WAITING, problem=problem),))
    waits = describe(one, Around(received=500, expected=2000))
    assert (waits.moving, waits.progress) == (False, None)
    assert waits.detail == "Runway can't be reached. Saving continues automatically."


def test_saving_shows_bytes_and_a_bar_only_with_known_length():
    known = describe(row(State.SUCCEEDED, OutputState.DOWNLOADING), Around(received=500, expected=2000))
    assert (known.detail, known.progress) == ("500 B of 2 kB", 0.25)
    unknown = describe(row(State.SUCCEEDED, OutputState.DOWNLOADING), Around(received=500))
    assert (unknown.detail, unknown.progress, unknown.moving) == ("500 B", None, True)


def test_saved_means_that_every_result_is_saved():
    assert describe(row(State.SUCCEEDED, OutputState.SAVED, OutputState.SAVED), Around()).headline == "Saved"
    half = describe(row(State.SUCCEEDED, OutputState.SAVED, OutputState.FAILED), Around())
    assert half.headline == "Done, not saved yet"
    assert half.detail.startswith("The disk with “")
    assert describe(row(State.SUCCEEDED, OutputState.EXPIRED), Around()).tone is Tone.BAD


def test_unsaved_result_says_why_and_until_when():
    one = row(State.SUCCEEDED, OutputState.SAVED, OutputState.FAILED)
    when = one.outputs[1].url_fetched_at
    safe, reason = describe(one, Around(now=when + 61)).detail.split(" · ")
    assert safe.startswith("Safe until ")
    assert reason.startswith("The disk with “")
    queued = row(State.SUCCEEDED, OutputState.WAITING)
    assert describe(queued, Around(now=when + 59)).detail == "downloading", "as every result of the last moment"
    assert describe(queued, Around(now=when + 61)).detail == f"{safe} · downloading"
    assert describe(queued, Around(now=when + 49 * 3600, offline=True)).detail.startswith(
        "Runway may no longer keep it"
    )


def test_failure_names_the_next_step_and_moderation_has_its_own_icon():
    refused = describe(failed("SAFETY.INPUT.TEXT"), Around())
    assert "Edit the prompt" in refused.detail
    assert refused.icon != describe(failed("INTERNAL.BAD"), Around()).icon
    said = row(
        State.FAILED,
        failure=Failure(code="REQUEST.REFUSED", words="No."),
        refusals=(Refusal(path=("ratio",), message="Not this ratio."),),
    )
    assert describe(said, Around()).detail == "Not this ratio."


def test_gone_and_dismissed_tasks_are_distinguished():
    assert describe(row(State.GONE), Around()).headline == "Not at Runway"
    assert describe(row(State.GONE, remote_id=None), Around()).headline == "Dismissed"


def test_badge_shows_length_or_number_of_results():
    assert badge(row(State.SUCCEEDED, OutputState.SAVED, OutputState.SAVED)) == "×2"
    assert badge(row(State.RUNNING)) == "5 s"
    one = task(1, State.SUCCEEDED)
    assert badge(Row(task=one, outputs=(saved(one, duration=9.6, media=Media.VIDEO),))) == "9.6 s"


@pytest.mark.parametrize(
    ("state", "members", "words"),
    [
        (State.SUCCEEDED, {"cost_credits": 60.0, "estimated_credits": 70.0}, "60"),
        (State.RUNNING, {"estimated_credits": 120.0}, "~120"),
        (State.RUNNING, {}, "?"),
        (State.UNCERTAIN, {}, "?"),
        (State.QUEUED, {}, "–"),
    ],
)
def test_cost_is_actual_estimated_or_unknown(state, members, words):
    assert cost_words(task(1, state, **members)) == words


@pytest.mark.parametrize("state", [State.PENDING, State.THROTTLED, State.RUNNING, State.OTHER])
def test_task_invisible_to_this_key_shows_no_outdated_state(state):
    words = describe(row(state, hidden_from=Fingerprint("theirs"), progress=0.4), Around(remaining=(32, 47)))
    assert words.spoken == "Not visible to this key"
    assert (words.tone, words.progress, words.moving) == (Tone.WARN, None, False)
