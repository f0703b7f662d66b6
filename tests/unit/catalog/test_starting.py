"""Initial values of a form."""

from __future__ import annotations

import pytest

from runway_desktop.catalog import Catalog, FieldKind, starting_values, validate

CATALOG = Catalog.load()
PAIRS = {f"{pair.endpoint}-{pair.model}": pair for pair in CATALOG.pairs()}
each_pair = pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
LANGUAGES = {"targetLang", "targetLanguage"}
CHOSEN = (FieldKind.CHOICE, FieldKind.INTEGER, FieldKind.NUMBER, FieldKind.SWITCH)


@each_pair
def test_new_form_has_only_the_required_choices_set_to_valid_values(pair):
    values = starting_values(pair)
    required = {field.name: field for field in pair.fields if field.required}
    assert values.keys() <= required.keys()
    assert values.keys() >= {name for name, field in required.items() if field.kind in CHOSEN} - LANGUAGES
    assert not values.keys() & LANGUAGES, "nobody has chosen one"
    wrong = {finding.path[0] for finding in validate(pair, values) if finding.path}
    assert not wrong & values.keys()


def test_speech_form_starts_with_a_voice_already_chosen():
    speech, effect = PAIRS["text_to_speech-eleven_v3"], PAIRS["sound_effect-mirelo_sfx_2_0"]
    assert starting_values(speech) == {"voice": {"type": "runway-preset", "presetId": "Maya"}}
    assert starting_values(effect) == {"duration": 5}
