"""Texts are translated and formatted when shown, with their numbers and values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from gettext import NullTranslations
from pathlib import Path

import pytest

from runway_desktop import texts
from runway_desktop.domain.errors import RunwayDesktopError
from runway_desktop.texts import (
    Language,
    NumberForm,
    Text,
    _,
    chosen_language,
    english,
    enumerated,
    in_turn,
    listed,
    ngettext,
    use,
)


def test_number_selects_the_plural_form_and_is_formatted():
    retry = Text("Retry", "Retry {n}")
    assert str(retry) == "Retry"
    assert str(retry.of(1)) == "Retry"
    assert str(retry.of(1200)) == "Retry 1,200"


def test_whole_number_is_written_with_all_its_digits():
    assert texts.number(9_007_199_254_740_993) == "9,007,199,254,740,993"
    assert texts.number(int("9" * 400)).replace(",", "") == "9" * 400
    assert (texts.number(5, fixed=True), texts.number(5.0), texts.number(-1200)) == ("5.00", "5", "-1,200")


def test_text_with_one_form_uses_it_for_every_number():
    assert str(Text("Show in folder").of(3)) == "Show in folder"


def test_values_are_inserted_at_their_names():
    rate = Text("Rate {stars} of {shot}").with_(stars=3).with_(shot="A {1}")
    assert str(rate) == "Rate 3 of A {1}"


def test_text_may_be_a_value_of_another():
    remove = Text("Remove from list")
    assert str(Text("Choose “{name}” first.").with_(name=remove)) == "Choose “Remove from list” first."


def test_sentences_are_joined_without_empty_ones():
    held = Text("1 task held.", "{n} tasks held.")
    assert str(in_turn("", held.of(2), "{Nothing} is charged.")) == "2 tasks held. {Nothing} is charged."
    assert in_turn("", "") == ""


def test_word_with_two_meanings_has_two_texts():
    assert Text("Pick", context="verb") != Text("Pick", context="noun")
    assert len({Text("Pick"), Text("Pick")}) == 1


class Catalog(NullTranslations):
    """A language of these translations; of the others it has none."""

    def __init__(self, said: dict[str, str]) -> None:
        super().__init__()
        self._said = said

    def gettext(self, message: str) -> str:
        return self._said.get(message, message)

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self._said.get(msgid1 if n == 1 else msgid2, msgid1 if n == 1 else msgid2)


@pytest.fixture
def speak() -> Iterator[Callable[..., None]]:
    before = texts.language()

    def set_language(code: str, numbers: NumberForm | None = None, **said: str) -> None:
        use(Language(code, Catalog(said), numbers or NumberForm()))

    yield set_language
    use(before)


def test_empty_text_is_empty_in_every_language(speak):
    speak("de", **{"": "Project-Id-Version: the catalog's own description"})
    assert str(Text("")) == ""


def test_deferred_text_is_translated_for_its_reader(speak):
    text = Text("Keep {file}").with_(file="a.mp4")
    speak("de", **{"Keep {file}": "{file} behalten"})
    assert str(text) == "a.mp4 behalten"
    with english():
        assert str(text) == "Keep a.mp4"
    assert str(text) == "a.mp4 behalten"


@pytest.mark.parametrize("translation", ["{dat} behalten", "{file", "{file.name.x} behalten", "{0} behalten"])
def test_translation_that_cannot_take_the_values_falls_back_to_english(speak, translation):
    speak("de", **{"Keep {file}": translation})
    assert _("Keep {file}", file="a.mp4") == "Keep a.mp4"


def test_translation_with_an_unexpected_value_falls_back_to_english(speak):
    speak("de", Keep="{file} behalten", **{"In braces: {prompt}": "In Klammern: {prompt}"})
    assert _("Keep") == "Keep"
    assert _("In braces: {prompt}") == "In Klammern: {prompt}"


def test_sentences_are_joined_as_the_language_writes_them(speak):
    said = in_turn(Text("Sent."), "", Text("Nothing is lost."), "a.mp4")
    assert str(said) == "Sent. Nothing is lost. a.mp4"
    speak("ja", **{"{before} {next}": "{before}{next}", "Sent.": "送信しました。"})
    assert str(said) == "送信しました。Nothing is lost.a.mp4"


def test_adjacent_facts_are_separated_as_the_language_does(speak):
    assert enumerated(["2 to 10 s", "", Text("sound"), 0]) == "2 to 10 s, sound, 0"
    speak("ja", **{"{before}, {next}": "{before}、{next}", "sound": "音声"})
    assert enumerated(["5", Text("sound")]) == "5、音声"


def test_error_message_is_translated_for_its_reader(speak):
    error = RunwayDesktopError(Text("The disk is full."), advice=Text("Make room."))
    speak("de", **{"The disk is full.": "Die Platte ist voll.", "Make room.": "Schaffen Sie Platz."})
    assert error.in_words() == "Die Platte ist voll. Schaffen Sie Platz."
    assert str(error) == "Die Platte ist voll."
    with english():
        assert error.in_words() == "The disk is full. Make room."


def test_numbers_are_formatted_and_parsed_like_the_system(speak):
    speak("de", NumberForm(decimal=",", group="."))
    assert texts.number(1234.5) == "1.234,5"
    assert _("{n} files", n=1200) == "1.200 files"
    assert [texts.number_of(said) for said in ("4,5", "4.5", "1.234,5", "1.234", " 7 ")] == [4.5, 4.5, 1234.5, 1234, 7]
    assert [texts.number_of(said) for said in ("", "x", "4,5,6", "1e999", "nan")] == [None] * 5


def test_one_and_a_half_is_plural():
    assert ngettext("{n} credit", "{n} credits", 1.5) == "1.5 credits"


def test_names_in_the_other_writing_direction_keep_the_sentence_in_order(speak):
    assert _("Keep {file}", file="a.mp4") == "Keep a.mp4"
    assert _("Keep {file}", file="ملف") == "Keep \u2068ملف\u2069"
    with english():
        assert _("Keep {file}", file="ملف") == "Keep ملف"
    speak("ar")
    assert _("Keep {file}", file="a.mp4") == "Keep \u2068a.mp4\u2069"
    assert texts.language().is_mirrored


def test_names_are_joined_as_in_a_sentence():
    assert [listed(names) for names in ((), ("a",), ("a", "b"), ("a", "b", "c"))] == ["", "a", "a and b", "a, b and c"]


def catalog_of(folder: Path, code: str, content: bytes) -> None:
    made = folder / code / "LC_MESSAGES" / "runway_desktop.mo"
    made.parent.mkdir(parents=True)
    made.write_bytes(content)


EMPTY = b"\xde\x12\x04\x95" + bytes(24)


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (["de-Latn-AT", "de"], "de"),
        (["pt_BR.UTF-8"], "pt_BR"),
        (["zh-Hans-CN"], "zh_CN"),
        (["xx", "de"], "de"),
        (["en-GB", "de"], "en"),
        (["C"], "en"),
        (["fr"], "en"),
        ([], "en"),
    ],
)
def test_first_preferred_language_with_a_catalog_is_used(tmp_path, wanted, code):
    for there in ("de", "pt_BR", "zh_CN"):
        catalog_of(tmp_path, there, EMPTY)
    assert texts.languages(tmp_path) == ("de", "pt_BR", "zh_CN")
    assert chosen_language(tmp_path, wanted, NumberForm(), lambda code, error: pytest.fail(code)).code == code


@pytest.mark.parametrize("content", [b"", b"nonsense", EMPTY[:9], b"\xde\x12\x04\x95" + b"\xff" * 24])
def test_damaged_catalog_is_reported_and_english_is_used(tmp_path, content):
    catalog_of(tmp_path, "de", content)
    told = []
    language = chosen_language(tmp_path, ["de"], NumberForm(), lambda code, error: told.append(code))
    assert (language.code, told) == ("en", ["de"])
