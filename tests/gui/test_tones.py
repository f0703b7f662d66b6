"""Each tone of texts has its own color, in both themes, in rows and labels."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget

from runway_desktop.domain.failures import Failure
from runway_desktop.domain.task import State
from runway_desktop.ui.labels import DOT_INKS, INKS, LABEL_TONES, QUIET_INKS, SECOND_INKS, say, words
from runway_desktop.ui.theme import ColorScheme, Role
from runway_desktop.usecases.words.states import Tone
from tests.rigs.rows import saved, task
from tests.rigs.shown_list import shown

BOTH = (ColorScheme.LIGHT, ColorScheme.DARK)
OF_TONES = (Role.ACCENT, Role.GOOD, Role.WARN, Role.BAD)


def colors(widget: QWidget) -> Counter[int]:
    picture = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return Counter(memoryview(picture.constBits()).cast("I"))


def number(color: QColor) -> int:
    return color.rgb()


def near(widget: QWidget, wanted: QColor) -> int:
    """How many pixels are nearly of that color: thin strokes seldom have it whole."""
    return sum(amount for rgb, amount in colors(widget).items() if is_near(QColor.fromRgb(rgb), wanted))


def is_near(one: QColor, other: QColor) -> bool:
    parts = ((one.red(), other.red()), (one.green(), other.green()), (one.blue(), other.blue()))
    return all(abs(here - there) < 40 for here, there in parts)


def test_each_tone_has_its_own_text_color():
    assert dict(INKS) == {
        Tone.PLAIN: Role.TEXT,
        Tone.BUSY: Role.ACCENT,
        Tone.GOOD: Role.GOOD,
        Tone.WARN: Role.WARN,
        Tone.BAD: Role.BAD,
    }
    assert set(INKS) == set(Tone)
    for quieter in (SECOND_INKS, QUIET_INKS, DOT_INKS, LABEL_TONES):
        assert set(quieter) == set(Tone)
        assert (quieter[Tone.WARN], quieter[Tone.BAD]) == (Role.WARN, Role.BAD)
    assert SECOND_INKS[Tone.GOOD] == DOT_INKS[Tone.GOOD] == LABEL_TONES[Tone.GOOD] == Role.GOOD
    assert QUIET_INKS[Tone.GOOD] == Role.MUTED


@pytest.mark.parametrize("choice", BOTH)
def test_text_colors_of_tones_are_distinguishable(theme, choice):
    theme.choose(choice)
    assert all(theme.color(INKS[one]) != theme.color(INKS[other]) for one, other in combinations(Tone, 2))


@pytest.mark.parametrize("choice", BOTH)
@pytest.mark.parametrize("tone", list(Tone))
def test_label_is_painted_in_the_color_of_its_tone(theme, qtbot, choice, tone):
    theme.choose(choice)
    window = QWidget()
    qtbot.addWidget(window)
    label = words(window)
    say(label, "████", tone)
    label.adjustSize()
    seen = colors(label)
    inks = {role: seen[number(theme.color(role))] for role in (*OF_TONES, Role.MUTED)}
    expected = Role.MUTED if tone in (Tone.PLAIN, Tone.BUSY) else INKS[tone]
    assert [role for role, amount in inks.items() if amount] == [expected]


async def test_saved_result_is_painted_in_the_good_and_a_failure_in_the_bad_color(tmp_path, theme, qtbot):
    kept = task(1, State.SUCCEEDED)
    failed = task(2, State.FAILED, failure=Failure(code="INTERNAL", words="It failed."))
    for one, ink, other in ((kept, Role.GOOD, Role.BAD), (failed, Role.BAD, Role.GOOD)):
        outputs = [saved(one)] if one is kept else []
        async with shown(tmp_path / one.id, theme, one, outputs=outputs) as rig:
            for choice in BOTH:
                theme.choose(choice)
                assert near(rig.view, theme.color(ink)) > 0
                assert near(rig.view, theme.color(other)) == 0
