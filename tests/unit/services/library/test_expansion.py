"""Expansion of braces and axes."""

from __future__ import annotations

import pytest

from runway_desktop.services.library.expansion import (
    MOST,
    Axis,
    combinations,
    count,
    escaped,
    expansions,
    groups,
    values_from_text,
)


def texts(prompt: str) -> list[str]:
    return [found.text for found in expansions(prompt)]


def test_plain_prompt_expands_to_itself():
    assert texts("A lighthouse") == ["A lighthouse"]
    assert texts("") == [""]
    assert count("A lighthouse") == 1


def test_each_brace_choice_makes_a_prompt():
    assert texts("Handheld, {fog|clear sky}.") == ["Handheld, fog.", "Handheld, clear sky."]


def test_brace_groups_multiply_and_the_last_varies_fastest():
    assert texts("{a|b} {1|2|3}") == ["a 1", "a 2", "a 3", "b 1", "b 2", "b 3"]
    assert count("{a|b} {1|2|3}") == 6


def test_brace_groups_may_be_nested():
    assert texts("{red {car|bus}|boat}") == ["red car", "red bus", "boat"]
    assert count("{red {car|bus}|boat}") == 3


def test_empty_brace_choice_leaves_the_words_out():
    assert texts("calm{, at dawn|}") == ["calm, at dawn", "calm"]


def test_escaped_braces_are_literal():
    assert texts(r"\{a\|b\}") == ["{a|b}"]
    assert texts(r"{a\|b|c\}}") == ["a|b", "c}"]
    assert texts(r"C:\new \ {a|b}") == [r"C:\new \ a", r"C:\new \ b"]


@pytest.mark.parametrize("prompt", ["{fog", "fog}", "{fog}", "a | b", "{", "}{", '{"json": 1}'])
def test_unmatched_braces_are_literal(prompt: str):
    assert texts(prompt) == [prompt]
    assert groups(prompt) == ()


def test_brace_group_inside_unmatched_braces_still_expands():
    assert texts("{ {a|b} }") == ["{ a }", "{ b }"]
    assert texts("{x {a|b}") == ["{x a", "{x b"]


def test_choices_of_outermost_brace_groups_are_listed():
    assert [found.choices for found in expansions("{a|b {c|d}} in {x|y}")] == [
        ("a", "x"), ("a", "y"), ("b c", "x"), ("b c", "y"), ("b d", "x"), ("b d", "y"),
    ]  # fmt: skip


def test_only_outermost_brace_groups_are_highlighted():
    prompt = "In {fog|{sun|rain}}, {a|b}"
    assert [prompt[start:end] for start, end in groups(prompt)] == ["{fog|{sun|rain}}", "{a|b}"]


def test_prompt_with_millions_of_variants_is_counted_without_expanding():
    prompt = "{a|b}" * 40
    assert count(prompt) == 2**40
    assert len(expansions(prompt)) == MOST


def test_deeply_nested_braces_are_harmless():
    prompt = "{a|" * 3000 + "}" * 3000
    found = texts(prompt)
    assert set(found[:-1]) == {"a"}
    assert found[-1].startswith("{a|{a|"), "what is too deep stands for itself"
    assert len(found) == count(prompt)


def test_escaped_text_always_expands_to_itself():
    for text in ("{a|b}", "a | b", "{", "plain"):
        assert texts(escaped(text)) == [text]


def test_axes_combine_in_every_way():
    axes = (Axis("ratio", "Ratio", ("16:9", "1:1")), Axis("seed", "Seed", (1, 2)))
    assert combinations(axes) == [("16:9", 1), ("16:9", 2), ("1:1", 1), ("1:1", 2)]
    assert combinations(()) == [()]


def test_axis_values_are_given_by_line_comma_or_range():
    assert values_from_text("5\n 8 \n\n5") == ("5", "8")
    assert values_from_text("5, 8,10") == ("5", "8", "10")
    assert values_from_text("1..4") == ("1", "2", "3", "4")
    assert values_from_text("1, 3..5") == ("1", "3", "4", "5")
    assert values_from_text("a, b\nc, d") == ("a, b", "c, d")
    assert len(values_from_text("1..999999")) == MOST
    assert values_from_text("9..1") == ()
