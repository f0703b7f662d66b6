"""Options and texts of a field's values: list of choices, text under a label, text of a chip. Pure functions over the
catalog, without widgets.
"""

from __future__ import annotations

import math
from typing import Any

from runway_desktop.catalog import Field, FieldKind, value_in_words
from runway_desktop.catalog.labels import choice_label, unit_label
from runway_desktop.texts import _
from runway_desktop.ui.choice_popup import Option

MOST_IN_A_LIST = 24
"""Integer ranges up to this length are lists; longer ones are typed."""
_TELLING = ("ratio", "duration", "resolution", "targetLang", "quality")
"""Settings whose value needs no label."""


ANOTHER = object()
"""Sentinel option: type a value instead."""


def flat_member(field: Field) -> Field | None:
    """The only member of an object that is edited like a plain choice (for example a preset voice); else None."""
    if field.kind is not FieldKind.OBJECT or len(field.variants) > 1:
        return None
    members = field.variants[0].fields if field.variants else field.fields
    return members[0] if len(members) == 1 and members[0].choices and not members[0].open else None


def options_of(field: Field) -> list[Option] | None:
    """The options of a field, "default" first if it is optional; None if the value is typed."""
    values: list[Option] = []
    if not field.required:
        values.append(Option(None, default_words(field)))
    member = flat_member(field)
    if member is not None:
        return [*values, *(Option(_wrapped(field, choice), with_unit(member, choice)) for choice in member.choices)]
    if field.kind is FieldKind.SWITCH:
        return [*values, Option(True, _("Yes")), Option(False, _("No"))]
    values += [Option(choice, with_unit(field, choice), str(choice)) for choice in field.choices]
    if field.kind is FieldKind.INTEGER and field.minimum is not None and field.maximum is not None:
        span = range(math.ceil(field.minimum), math.floor(field.maximum) + 1)
        if len(span) <= MOST_IN_A_LIST:
            return [
                *values,
                *(Option(number, with_unit(field, number)) for number in span if number not in field.choices),
            ]
        return None
    if not field.choices or field.kind in (FieldKind.INTEGER, FieldKind.NUMBER):
        return None
    return [*values, Option(ANOTHER, _("Another value…"))] if field.open else values


def value_text(field: Field, value: Any) -> str:
    """Text of a value below its label."""
    if value is None:
        return "–" if field.required else default_words(field)
    if field.kind is FieldKind.SWITCH:
        return _("Yes") if value else _("No")
    return with_unit(field, value)


def chip_text(field: Field, value: Any) -> str:
    """Text of a value without a label; includes the field's name unless the value explains itself."""
    if field.name == "seed":
        return _("Seed: {seed}", seed=str(value)) if value is not None else _("Seed: random")
    if value is None:
        return _named(field, "–") if field.required else _default_chip(field)
    if field.kind is FieldKind.SWITCH:
        return _("{setting}: yes", setting=field.label) if value else _("{setting}: no", setting=field.label)
    said = with_unit(field, value)
    return said if field.name in _TELLING else _named(field, said)


def _named(field: Field, value: str) -> str:
    return _("{setting}: {value}", setting=field.label, value=value)


def _default_chip(field: Field) -> str:
    if field.default is None:
        return _("{setting}: default", setting=field.label)
    return _("{setting}: default ({value})", setting=field.label, value=with_unit(field, field.default))


def default_words(field: Field) -> str:
    """Text for an omitted value: the API's default, if known."""
    if field.name == "seed":
        return _("Random")
    if field.default is None:
        return _("Default")
    return _("Default ({value})", value=with_unit(field, field.default))


def with_unit(field: Field, value: Any) -> str:
    """A value in words: "5 s", "German", "Maya"."""
    member = flat_member(field)
    if member is not None and isinstance(value, dict):
        return with_unit(member, value.get(member.name))
    if isinstance(value, bool):
        return value_in_words(value)
    if isinstance(value, str):
        return choice_label(field.name, value) if value in field.choices else value_in_words(value)
    if field.unit == "s":
        return _("{n} s", n=value)
    return f"{value_in_words(value)} {unit_label(field.unit)}".strip()


def _wrapped(field: Field, value: Any) -> dict[str, Any]:
    member = flat_member(field)
    name = member.name if member is not None else ""
    tag = {field.tag_key: field.variants[0].tag} if field.tag_key and field.variants else {}
    return {**tag, name: value}
