"""Many prompts from one drop: each row judged, all of them counted, none sent twice and none lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QModelIndex, Qt
from pytestqt.qtbot import QtBot

from runway_desktop.domain.account import Organization
from runway_desktop.domain.errors import StoreError
from runway_desktop.services.intake import CLIPBOARD, Gathered
from runway_desktop.viewmodels.review import TONE_ROLE, WRONG_ROLE, ReviewModel
from runway_desktop.viewmodels.review_cells import Column
from runway_desktop.viewmodels.state_words import Tone
from tests.gui.dialogs.rig import Rig, composer, draft, finding, shots

CHECK = Qt.ItemDataRole.CheckStateRole


@pytest.fixture
def rig(qapp: QCoreApplication, tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    rig.runway.account = Organization(balance=8412.0)
    rig.start()
    rig.use_key()
    yield rig
    rig.close()


def text(model: ReviewModel, row: int, column: Column) -> str:
    return model.index(row, column).data()


def stored(rig: Rig) -> list[str]:
    return [task.request.prompt for task in rig.ledger.open()]


def test_rows_without_a_model_take_the_composers_with_its_settings(rig: Rig):
    model = rig.review(shots("A lighthouse", "A lagoon"), composer(seed=7))
    assert text(model, 0, Column.PROMPT) == "A lighthouse"
    assert text(model, 1, Column.MODEL) == "gen4.5"
    assert text(model, 1, Column.SETTINGS) == "1280:720 · 5 s · seed 7"
    assert text(model, 1, Column.STATE) == "✓ ready"


def test_a_rows_own_values_win_over_the_composers(rig: Rig):
    own = draft("A lagoon", 2, endpoint="text_to_video", model="gen4.5", values={"duration": 8})
    model = rig.review(Gathered(drafts=(own,)))
    assert text(model, 0, Column.SETTINGS) == "1280:720 · 8 s"


def test_a_rows_number_is_that_of_its_file(rig: Rig):
    model = rig.review(shots("One", "Two"))
    assert [text(model, row, Column.NUMBER) for row in (0, 1)] == ["2", "3"]


def test_what_is_wrong_stands_at_its_row_and_cell(rig: Rig):
    own = draft("Fast", 2, endpoint="text_to_video", model="veo3.1_fast", values={"duration": 5})
    model = rig.review(Gathered(drafts=(own, draft("  ", 3))))
    assert text(model, 0, Column.STATE).startswith("Duration for veo3.1_fast is 4, 6 or 8")
    assert model.index(0, Column.SETTINGS).data(WRONG_ROLE)
    assert model.index(0, Column.STATE).data(TONE_ROLE) == Tone.BAD
    assert text(model, 1, Column.STATE) == "The prompt is empty. gen4.5 needs it."
    assert model.index(1, Column.PROMPT).data(WRONG_ROLE)
    assert not model.index(1, Column.SETTINGS).data(WRONG_ROLE)


def test_a_finding_of_the_drop_says_more_than_the_catalogue_and_wins(rig: Rig):
    message = "shots.csv, row 2, “duration”: “five” is no number."
    wrong = draft("A", 2, values={"duration": "five"}, findings=(finding(message, 2, "duration"),))
    model = rig.review(Gathered(drafts=(wrong,)))
    assert text(model, 0, Column.STATE) == message
    assert model.index(0, Column.STATE).data(Qt.ItemDataRole.ToolTipRole) == message


def test_a_row_that_lost_something_is_sent_only_when_it_is_ticked(rig: Rig):
    note = finding("shots.csv, row 2, lens: Gen-4.5 has no such setting. It is left out.", 2, "lens")
    model = rig.review(Gathered(drafts=(draft("A", 2, findings=(note,)), draft("B", 3))))
    assert text(model, 0, Column.STATE) == note.message
    assert model.index(0, Column.STATE).data(TONE_ROLE) == Tone.WARN
    assert (model.count.chosen, model.count.ready) == (1, 1)
    model.setData(model.index(0, Column.NUMBER), Qt.CheckState.Checked, CHECK)
    model.choose_model("veo3.1_fast")
    assert model.count.ready == 2


def test_a_model_that_the_file_misspells_is_never_replaced_by_the_composers(rig: Rig):
    unknown = draft("A", 2, findings=(finding("There is no model “gen45”.", 2, "model"),))
    model = rig.review(Gathered(drafts=(unknown,)))
    model.choose_all(True)
    assert model.count.ready == 0


def test_an_edited_prompt_is_checked_at_once(rig: Rig):
    model = rig.review(Gathered(drafts=(draft("", 2, findings=(finding("The prompt is empty.", 2, "promptText"),)),)))
    assert model.count.ready == 0
    assert model.setData(model.index(0, Column.PROMPT), "Now there\nare two lines")
    assert model.count.ready == 1
    assert text(model, 0, Column.PROMPT) == "Now there are two lines"
    model.send()
    rig.settle()
    assert stored(rig) == ["Now there\nare two lines"]


def test_a_model_that_nobody_knows_is_named(rig: Rig):
    model = rig.review(Gathered(drafts=(draft("A", 2, model="gen99"),)))
    assert "gen99" in text(model, 0, Column.STATE)
    assert model.reason


def test_the_total_tells_what_is_known_of_the_price(rig: Rig):
    rig.learn(60)
    model = rig.review(shots("A", "B", ""))
    assert model.total_words == "2 of 3 tasks are ready: 120 credits. Balance 8,412 credits."
    other = draft("C", 9, endpoint="text_to_image", model="gen4_image")
    mixed = rig.review(Gathered(drafts=(draft("A", 2), other)))
    assert mixed.count.price_words == "at least 60 credits"
    nothing = rig.review(Gathered(drafts=(other,)))
    assert nothing.count.price_words == "price shown after sending"


def test_a_total_over_the_balance_is_said(rig: Rig):
    rig.learn(5000)
    model = rig.review(shots("A", "B"))
    assert model.exceeds_balance
    assert model.total_words.endswith("That is not enough for all of them.")


def test_rows_that_are_left_out_are_not_counted_and_not_sent(rig: Rig):
    model = rig.review(shots("A", "B", "C"))
    model.setData(model.index(1, Column.NUMBER), Qt.CheckState.Unchecked, CHECK)
    assert (model.count.chosen, model.count.ready) == (2, 2)
    model.send()
    rig.settle()
    assert stored(rig) == ["A", "C"]
    assert text(model, 0, Column.PROMPT) == "B"


def test_sent_rows_leave_and_the_others_stay(rig: Rig, qtmodeltester):
    model = rig.review(shots("A", "", "C", "D"))
    qtmodeltester.check(model)
    sent: list[tuple[str, ...]] = []
    emptied: list[bool] = []
    model.sent.connect(sent.append)
    model.emptied.connect(lambda: emptied.append(True))
    model.send(2)
    assert model.sending
    assert model.reason == "The rows are being stored."
    rig.settle()
    assert stored(rig) == ["A", "C"]
    assert len(sent[0]) == 2
    assert [text(model, row, Column.PROMPT) for row in range(model.rowCount())] == ["–", "D"]
    model.setData(model.index(0, Column.PROMPT), "B")
    model.send()
    rig.settle()
    assert stored(rig) == ["A", "C", "B", "D"]
    assert emptied == [True]


def test_pressing_twice_sends_once(rig: Rig):
    model = rig.review(shots("A"))
    model.send()
    model.send()
    rig.settle()
    assert stored(rig) == ["A"]


def test_rows_stay_when_the_disk_refuses(rig: Rig):
    model = rig.review(shots("A", "B"))
    troubles: list[str] = []
    model.troubled.connect(troubles.append)
    rig.store.trouble = StoreError("The disk is full.")
    model.send()
    rig.settle()
    assert model.rowCount() == 2
    assert "The disk is full." in troubles[0]
    rig.store.trouble = None
    model.send()
    rig.settle()
    assert stored(rig) == ["A", "B"]


def test_rows_of_different_projects_go_to_their_own(rig: Rig):
    drafts = (draft("A", 2, project="Aurora"), draft("B", 3), draft("C", 4, project="Aurora"))
    model = rig.review(Gathered(drafts=drafts, name="shots"), project="Lagoon")
    model.send()
    rig.settle()
    assert {task.request.prompt: task.project for task in rig.ledger.open()} == {
        "A": "Aurora",
        "B": "Lagoon",
        "C": "Aurora",
    }


def test_the_composers_inputs_go_into_every_row_or_into_none(rig: Rig):
    picture = "https://example.com/harbour.png"
    composed = composer("gen4_turbo", "image_to_video", promptImage=picture)
    model = rig.review(shots("A"), composed)
    assert model.composer_inputs == 1
    assert text(model, 0, Column.SETTINGS).endswith("1 input")
    model.set_use_inputs(False)
    assert text(model, 0, Column.STATE).startswith("Add a picture")
    model.set_use_inputs(True)
    model.send()
    rig.settle()
    assert rig.ledger.open()[0].request.values["promptImage"] == picture


def test_another_model_for_the_rows_without_one_keeps_what_fits(rig: Rig):
    own = draft("Own", 3, endpoint="text_to_video", model="gen4.5")
    model = rig.review(Gathered(drafts=(draft("A", 2), own)))
    model.choose_model("veo3.1_fast")
    assert [text(model, row, Column.MODEL) for row in (0, 1)] == ["veo3.1_fast", "gen4.5"]
    assert text(model, 0, Column.SETTINGS) == "1280:720"
    model.choose_endpoint("text_to_image")
    assert model.endpoint.name == "text_to_image"
    assert model.pair.model in model.endpoint.models


def test_a_prompt_without_a_model_comes_under_the_models_own_name(rig: Rig):
    speech = next(pair for pair in rig.catalog.pairs() if pair.endpoint == "text_to_speech")
    assert speech.prompt_field is not None
    model = rig.review(Gathered(drafts=(draft("Say this", 2, endpoint=speech.endpoint, model=speech.model),)))
    assert text(model, 0, Column.PROMPT) == "Say this"


def test_thousands_of_rows_are_checked_in_slices(rig: Rig, qtbot: QtBot):
    model = rig.review(shots(*(f"Prompt {number}" for number in range(2000))))
    assert model.count.checked < 2000
    assert model.total_words.startswith("Checking")
    assert model.reason == "The rows are still being checked."
    qtbot.waitUntil(lambda: model.count.ready == 2000)
    assert model.reason == ""


def test_three_hundred_rows_stand_within_three_tenths_of_a_second(rig: Rig):
    gathered = shots(*(f"Prompt {number}" for number in range(300)))
    rig.review(gathered)
    began = time.perf_counter()
    model = rig.review(gathered)
    while model.count.checked < 300:
        model.check_more()
    assert time.perf_counter() - began < 0.3


def test_closing_asks_only_when_something_would_be_lost(rig: Rig):
    untouched = rig.review(shots("A", "B"))
    assert untouched.closing_question() is None
    untouched.setData(untouched.index(0, Column.PROMPT), "A, but longer")
    question = untouched.closing_question()
    assert question is not None
    assert question.yes == "Drop 2 rows"
    half = rig.review(shots("A", "B"))
    half.send(1)
    rig.settle()
    assert half.closing_question() is not None
    pasted = rig.review(Gathered(drafts=(draft("A", source=CLIPBOARD), draft("B", source=CLIPBOARD))))
    assert pasted.closing_question() is not None


def test_every_cell_has_words_for_a_screen_reader(rig: Rig):
    model = rig.review(shots("A", ""))
    spoken = [
        [model.index(row, column).data(Qt.ItemDataRole.AccessibleTextRole) for column in range(model.columnCount())]
        for row in (0, 1)
    ]
    assert spoken[0][Column.NUMBER] == "Row 2, will be sent"
    assert spoken[0][Column.CREDITS] == "Price not known"
    assert spoken[0][Column.STATE] == "Ready"
    assert all(cell for row in spoken for cell in row)


def test_a_drop_without_rows_still_shows_what_was_wrong(rig: Rig, qtmodeltester):
    model = rig.review(Gathered(findings=(finding("shots.csv has no column that holds prompts.", 1),)))
    qtmodeltester.check(model)
    assert model.title == "shots.csv"
    assert model.rowCount(QModelIndex()) == 0
    assert [found.message for found in model.file_findings] == ["shots.csv has no column that holds prompts."]
    assert model.total_words == "No rows are left."
