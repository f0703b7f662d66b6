"""Texts are put together when they are shown, with their numbers and values."""

from __future__ import annotations

from runway_desktop.texts import Text, in_turn


def test_a_number_chooses_the_form_and_is_written_for_people():
    retry = Text("Retry", "Retry {n}")
    assert str(retry) == "Retry"
    assert str(retry.of(1)) == "Retry"
    assert str(retry.of(1200)) == "Retry 1,200"


def test_a_text_with_one_form_has_it_for_every_number():
    assert str(Text("Show in folder").of(3)) == "Show in folder"


def test_values_stand_where_the_sentence_has_their_names():
    rate = Text("Rate {stars} of {shot}").with_(stars=3).with_(shot="A {1}")
    assert str(rate) == "Rate 3 of A {1}"


def test_a_text_may_be_a_value_of_another():
    remove = Text("Remove from list")
    assert str(Text("Choose “{name}” first.").with_(name=remove)) == "Choose “Remove from list” first."


def test_whole_sentences_follow_each_other_without_empty_ones():
    held = Text("1 task held.", "{n} tasks held.")
    assert str(in_turn("", held.of(2), "{Nothing} is charged.")) == "2 tasks held. {Nothing} is charged."
    assert in_turn("", "") == ""


def test_a_word_with_two_meanings_makes_two_texts():
    assert Text("Pick", context="verb") != Text("Pick", context="noun")
    assert len({Text("Pick"), Text("Pick")}) == 1
