"""Texts of missing, changed and trashed files, and the offered commands."""

from __future__ import annotations

from datetime import datetime

import pytest

from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.library import Filter, Listing, Page, PageCounts, Row, Without
from runway_desktop.domain.task import Look, Output, OutputState, Presence, Signs, State
from runway_desktop.usecases.commands.ending import DELETE_FILE, DELETE_REMOTELY, PUT_BACK
from runway_desktop.usecases.commands.handing_on import COPY_FILE, COPY_PATH, USE_AS_INPUT
from runway_desktop.usecases.commands.results import (
    CHOOSE_FILE,
    FETCH_AGAIN,
    FETCH_ORIGINAL,
    KEEP_CHANGE,
    LOOK_FOR,
    OPEN,
    OPEN_WITH_SYSTEM,
    REFRESH,
    SHOW_FILE,
)
from runway_desktop.usecases.commands.tasks import next_steps
from runway_desktop.usecases.listing.changes import Touch, moves
from runway_desktop.usecases.searching.language import meaning, read
from runway_desktop.usecases.words.files import file_words, missing_words, trouble_words
from runway_desktop.usecases.words.states import Around, Tone, describe
from runway_desktop.values import replace
from tests.rigs.rows import row
from tests.rigs.shown import found

AT = datetime(2026, 11, 5, 14, 2, 7).timestamp()
GONE = Look(presence=Presence.MISSING, at=AT)
OTHER = Look(presence=Presence.CHANGED, at=AT + 60, signs=Signs(7, int(AT * 1e9)))


def of(*kinds: str, deleted_remotely: bool = False) -> Row:
    """A task whose results are "here", "missing", "changed", "binned" or "waiting"."""
    states = [OutputState.WAITING if kind == "waiting" else OutputState.SAVED for kind in kinds]
    made = row(State.SUCCEEDED, *states, deleted_remotely=deleted_remotely)
    return replace(made, outputs=tuple(map(_become, made.outputs, kinds)))


def _become(output: Output, kind: str) -> Output:
    match kind:
        case "missing":
            return replace(output, look=GONE)
        case "changed":
            return replace(output, look=OTHER)
        case "binned":
            return replace(output, path="", binned_from=output.path)
        case _:
            return output


@pytest.mark.parametrize(
    ("kinds", "said", "tone"),
    [
        (("missing",), "File missing (not where it was saved)", Tone.WARN),
        (("missing", "here"), "1 of 2 files missing (not where it was saved)", Tone.WARN),
        (("missing", "missing", "here"), "2 of 3 files missing (not where they were saved)", Tone.WARN),
        (("changed",), "File changed (on 5 November 2026, 14:02)", Tone.WARN),
        (("changed", "here"), "1 of 2 files changed (on 5 November 2026, 14:02)", Tone.WARN),
        (("binned",), "Done (file in the trash)", Tone.PLAIN),
        (("binned", "here"), "Saved (1.2 MB)", Tone.GOOD),
    ],
)
def test_row_shows_what_became_of_its_files(kinds, said, tone):
    words = describe(of(*kinds), Around())
    assert (words.spoken, words.tone) == (said, tone)
    assert words.icon


def test_details_describe_each_file_and_summarize_in_a_sentence():
    missing, changed, binned = of("missing"), of("changed"), of("binned")
    name = "t1-0.mp4"
    assert file_words(missing.outputs[0]) == f"{name} · not where it was saved"
    assert file_words(changed.outputs[0]) == f"{name} · changed outside on 5 November 2026, 14:02"
    assert file_words(binned.outputs[0]) == f"{name} · moved to the trash"
    perhaps = "may have been moved, renamed or deleted outside this program."
    assert trouble_words(missing) == f"The file is not where it was saved. It {perhaps}"
    assert trouble_words(changed) == "The file was changed outside on 5 November 2026, 14:02."
    assert trouble_words(binned) == ""
    assert trouble_words(of("missing", "missing", "here")).startswith(
        "2 of 3 files are not where they were saved. They"
    )
    assert trouble_words(of("missing", "here")).startswith(f"{name} is not where it was saved. ")
    assert trouble_words(of("missing", deleted_remotely=True)).endswith("Runway no longer keeps it.")
    assert missing_words(missing.outputs[0]) == f"{name} is not where it was saved."


def test_texts_of_an_older_version_are_no_file_problem():
    old = of("binned")
    problem = replace(
        old.outputs[0], binned_from="", problem=Reason(ReasonCode.UNKNOWN, words="The file was moved to the bin.")
    )
    assert trouble_words(replace(old, outputs=(problem,))) == ""
    assert PUT_BACK not in found(replace(old, outputs=(problem,)))


@pytest.mark.parametrize(
    ("kind", "steps"),
    [
        ("missing", [LOOK_FOR, FETCH_AGAIN, CHOOSE_FILE]),
        ("changed", [KEEP_CHANGE, FETCH_ORIGINAL, OPEN_WITH_SYSTEM]),
        ("binned", [PUT_BACK, FETCH_AGAIN]),
        ("here", []),
    ],
)
def test_each_file_problem_has_next_steps_and_all_are_offered(kind, steps):
    assert next_steps(of(kind)) == steps
    offered = found(of(kind))
    assert all(offered[command].enabled for command in steps)
    gone = next_steps(of(kind, deleted_remotely=True))
    assert [command for command in gone if command is not REFRESH] == [
        command for command in steps if command not in (FETCH_AGAIN, FETCH_ORIGINAL)
    ]


def test_result_that_runway_no_longer_has_is_not_fetched_and_says_why():
    assert found(of("missing", deleted_remotely=True))[FETCH_AGAIN].reason == "Runway no longer has it."
    assert found(of("changed", deleted_remotely=True))[FETCH_ORIGINAL].reason == "Runway no longer has it."


def test_missing_file_cannot_be_opened_copied_used_or_deleted():
    offered = found(of("missing"))
    here = found(of("here"))
    for verb in (OPEN, SHOW_FILE, COPY_FILE, COPY_PATH, USE_AS_INPUT, DELETE_FILE):
        assert verb in here
        assert verb not in offered


def test_many_files_are_counted_and_only_affected_ones_included():
    rows = [of("missing", "missing"), of("here"), of("changed"), of("binned")]
    offered = found(*rows)
    assert offered[LOOK_FOR].text == "Look for 2 files"
    assert CHOOSE_FILE not in offered
    assert LOOK_FOR.meant(rows) == [rows[0]]
    assert KEEP_CHANGE.meant(rows) == [rows[2]]
    assert PUT_BACK.meant(rows) == [rows[3]]
    assert found(of("changed"), of("changed"))[KEEP_CHANGE].text == "Keep 2 changes"
    assert found(of("binned"), of("binned"))[PUT_BACK].text == "Put 2 back from the trash"


def test_never_saved_result_is_saved_instead_of_fetched_again():
    assert found(of("waiting"))[FETCH_AGAIN].text == "Save now"
    assert found(of("missing"))[FETCH_AGAIN].text == "Fetch again from Runway"


def test_delete_at_runway_says_that_a_missing_file_would_be_lost():
    asked = DELETE_REMOTELY.asked([of("missing")])
    assert asked is not None
    assert "would be lost" in asked.text


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("is:missing", Filter(pages=frozenset({Page.MISSING}))),
        ("is:changed", Filter(pages=frozenset({Page.CHANGED}))),
        ("-is:missing", Filter(without=Without(pages=frozenset({Page.MISSING})))),
    ],
)
def test_file_problems_are_searchable_and_update_the_list(line, wanted):
    assert meaning(read(line), PageCounts(), 0.0).filter == wanted
    touch = Touch()
    touch.outputs = {0: of("missing").outputs[0]}
    assert moves(touch, Listing(filter=wanted))
    assert moves(touch, Listing(filter=Filter(page=Page.MISSING)))
    assert not moves(touch, Listing())
    assert read(line).terms[0].label in ("Missing files", "Changed files", "Not Missing files")
