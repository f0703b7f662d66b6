"""Names of saved files: what a template gives, and that nothing can make a name that a system refuses."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runway_desktop.domain.filenames import (
    DEFAULT_TEMPLATE,
    FIELDS,
    MAX_BYTES,
    SAMPLE,
    NameValues,
    numbered,
    preview,
    render,
    safe_name,
)
from runway_desktop.domain.media import RESULT_ENDINGS
from runway_desktop.usecases.words.files import template_problems
from runway_desktop.values import replace

BARE = NameValues(sent=datetime(2026, 3, 9, 14, 5, 59), task_id="0f8fad5b-d9cb-469f-a165-70867728950e", ext="mp4")
RESERVED = {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))}

BIDI_CONTROLS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}

any_text = st.text(st.characters(codec=None), max_size=300)
templates = st.one_of(
    any_text,
    st.lists(
        st.one_of(
            st.sampled_from([f"{{{name}}}" for name in FIELDS]), st.sampled_from(["/", "\\", "_", "..", " ", "{x}"])
        ),
        max_size=12,
    ).map("".join),
)
values = st.builds(
    NameValues,
    sent=st.datetimes(),
    project=any_text, shot=any_text, model=any_text, endpoint=any_text, prompt=any_text, title=any_text, seed=any_text,
    ratio=any_text, duration=any_text, task_id=any_text, batch=any_text, ext=any_text,
    row=st.none() | st.integers(0, 10**6), index=st.integers(0, 99), count=st.integers(1, 99),
)  # fmt: skip


def test_default_file_name_has_project_day_model_prompt_seed_and_id():
    assert preview(DEFAULT_TEMPLATE) == (
        "Lighthouse/2026-03-09/gen4.5_A-red-fox-in-deep-snow-looking-back_42_7728950e.mp4"
    )


def test_title_of_a_task_replaces_its_prompt_in_the_file_name():
    assert preview(DEFAULT_TEMPLATE, replace(BARE, model="m", prompt="Fox", title="Shot 7")) == (
        "2026-03-09/m_Shot-7_7728950e.mp4"
    )


@pytest.mark.parametrize(("batch", "folder"), [("aurora_shots.csv", "aurora_shots"), ("v1.2", "v1.2"), (".csv", "csv")])
def test_batch_named_after_a_table_makes_a_folder_without_file_extension(batch, folder):
    assert render("{batch}/{model}", replace(BARE, model="m", batch=batch)) == (folder, "m.mp4")


def test_empty_template_fields_remove_their_separators():
    shown = preview(DEFAULT_TEMPLATE, replace(BARE, model="gen4.5", prompt="Fox"))
    assert shown == "2026-03-09/gen4.5_Fox_7728950e.mp4"
    assert preview("{seed}_{model} ({shot}) - {ratio}_{id}", replace(BARE, model="m")) == "m 7728950e.mp4"
    assert preview("{seed}-{row}", BARE) == "7728950e.mp4"


def test_literal_text_around_an_empty_field_stays():
    assert preview("take{seed}of{row}", BARE) == "takeof.mp4"
    assert preview("[x{seed}]", BARE) == "[x].mp4"


@pytest.mark.parametrize("name", ["CON", "nul", "Com1", "LPT9.old", "aux.txt.more", "con "])
def test_file_names_reserved_by_windows_are_changed(name):
    assert safe_name(name).startswith("_")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("a/b\\c", "a-b-c"),
        ("what?*", "what--"),
        ("ends. . ", "ends"),
        (".hidden", "hidden"),
        ("tab\there", "tab-here"),
        ("e\u0301", "é"),
        ("\u202egpj.exe", "gpj.exe"),
        ("\u061cgpj\u2067.exe\u200f", "gpj.exe"),
        ("clip.mp4:stream", "clip.mp4-stream"),
        ("clip.mp4::$DATA", "clip.mp4--$DATA"),
        ("name.\u3000 .", "name"),
        ("..", ""),
        ("  ", ""),
        ("\ud800x", "x"),
    ],
)
def test_characters_forbidden_by_any_system_are_replaced(words, name):
    assert safe_name(words) == name


def test_file_name_template_cannot_leave_the_library():
    assert render("../../{model}", replace(BARE, model="m")) == ("m.mp4",)
    assert render("/etc/{model}", replace(BARE, model="../x")) == ("etc", "-x.mp4")
    assert render("C:\\{project}", replace(BARE, project="..")) == ("C-", "7728950e.mp4")


def test_long_prompt_is_shortened_before_the_id():
    shown = render("{prompt:400}_{id}", replace(BARE, prompt="word " * 100))
    assert shown[-1].endswith("_7728950e.mp4")
    assert len(shown[-1].encode()) <= MAX_BYTES


def test_prompt_in_a_file_name_is_cut_between_words():
    assert preview("{prompt:12}", replace(BARE, prompt="a red fox in the snow")) == "a-red-fox-in.mp4"
    assert preview("{prompt:11}", replace(BARE, prompt="a red fox in the snow")) == "a-red-fox.mp4"


@pytest.mark.parametrize("letter", ["👨‍👩‍👧", "👍🏽", "🇩🇪", "n\u0303\u0323", "각", "❤️"])
def test_grapheme_cluster_is_never_cut(letter):
    for length in range(1, 60):
        kept = safe_name("ab" + letter * 8, max_bytes=length)
        rest = unicodedata.normalize("NFC", kept).removeprefix("ab")
        assert rest.replace(unicodedata.normalize("NFC", letter), "") in ("", "a"), length


def test_several_results_of_a_task_get_different_names():
    names = {render("{model}", replace(BARE, model="m", index=index, count=3)) for index in range(3)}
    assert names == {("m_1.mp4",), ("m_2.mp4",), ("m_3.mp4",)}
    assert render("{index:2}_{model}", replace(BARE, model="m", index=8, count=10))[-1] == "09_m.mp4"


def test_file_extension_is_last_wherever_the_template_puts_it():
    assert preview("{model}.{ext}", replace(BARE, model="m")) == "m.mp4"
    assert preview("{ext}", BARE) == "7728950e.mp4"
    assert preview("{model}", replace(BARE, model="m", ext="")) == "m.bin"


@pytest.mark.parametrize(
    "ext", ["exe", ".EXE", "bat", "lnk", "sh", "html", "desktop", "js", "scr", "url", "p/s1", "", "ex\u0435"]
)
def test_executable_file_extension_becomes_bin(ext):
    assert preview("{project}.{ext}", replace(BARE, project="clip.exe", ext=ext)) == "clip.exe.bin"


@pytest.mark.parametrize("ext", [*RESULT_ENDINGS, "MP4", ".mov"])
def test_media_file_extension_is_kept(ext):
    assert preview("{model}", replace(BARE, model="m", ext=ext)) == f"m.{ext.lstrip('.').lower()}"


def test_row_number_in_a_file_name_is_padded():
    assert preview("{row:3}", replace(BARE, row=7)) == "007.mp4"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("", "is empty"),
        ("{nope}", "no field {nope}"),
        ("{prompt", "isn't closed"),
        ("prompt}", "isn't closed"),
        ("{pro mpt}", "isn't a field"),
        ("/x/{id}", "can't begin"),
        ("C:/x", "can't begin"),
        ("../{id}", "stay in the"),
    ],
)
def test_invalid_template_gets_an_explanation(template, said):
    assert said in " ".join(template_problems(template))


def test_valid_templates_have_no_problems():
    assert template_problems(DEFAULT_TEMPLATE) == ()
    assert template_problems("{Project}/{prompt:80}.{ext}") == ()


def test_every_template_field_has_a_sample_value():
    for name in FIELDS.keys() - {"ext"}:
        sample = replace(SAMPLE, count=2, title="Fox")
        assert render(f"x{{{name}}}", sample) != render("x", sample), name


def test_duplicate_number_goes_before_the_extension():
    assert numbered("fox.mp4", 1) == "fox.mp4"
    assert numbered("fox.mp4", 2) == "fox (2).mp4"
    assert numbered("gen4.5_fox", 3) == "gen4.5_fox (3)"
    assert len(numbered("x" * 176 + ".mp4", 12).encode()) <= MAX_BYTES


@given(templates, values)
def test_every_generated_name_is_accepted_by_every_system(template, made_of):
    parts = render(template, made_of)
    assert parts
    for part in parts:
        assert part
        assert len(part.encode("utf-8")) <= MAX_BYTES
        assert not re.search(r'[<>:"/\\|?*\x00-\x1f\x7f]', part)
        assert part == part.strip(" ")
        assert not part.endswith(".")
        assert not part.startswith(".")
        assert part.partition(".")[0].strip().lower() not in RESERVED
        assert unicodedata.is_normalized("NFC", part)
        assert not any(unicodedata.bidirectional(letter) in BIDI_CONTROLS for letter in part)
    assert parts[-1].rpartition(".")[2] in RESULT_ENDINGS | {"bin"}


@given(any_text, st.integers(2, 9_999))
def test_numbered_names_stay_within_the_length_limit(words, number):
    name = safe_name(words) or "x"
    assert len(numbered(name, number).encode()) <= MAX_BYTES
    assert numbered(name, number) != name


@given(any_text)
def test_making_a_safe_name_safe_again_changes_nothing(words):
    once = safe_name(words)
    assert safe_name(once) == once
