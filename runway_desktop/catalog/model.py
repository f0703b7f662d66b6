"""Types of the catalog: endpoints, pairs of endpoint and model, and their fields. Plain immutable values.

Pure: no I/O, no third-party imports; any thread. Values of a request are always wire JSON with wire names; a local file
as an input is a `file:///…` URI.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Any

from runway_desktop.domain.media import Media
from runway_desktop.texts import Text, _
from runway_desktop.values import Struct, field


class FieldKind(StrEnum):
    """How a field is edited, and the type of its wire value."""

    PROMPT = "prompt"  # text that the result is made from
    TEXT = "text"
    CHOICE = "choice"  # one of `choices`; with `open` any text
    INTEGER = "integer"  # or one of `choices`, which are words such as "auto"
    NUMBER = "number"
    SWITCH = "switch"
    ASSET = "asset"  # one picture, clip or sound: a URI, or an object with one (`uri_key`)
    ASSETS = "assets"  # a list of those; with `bare` also a single URI
    OBJECT = "object"  # `fields`, or one of `variants`
    OBJECTS = "objects"  # a list of such objects
    TEXTS = "texts"  # a list of texts
    UNKNOWN = "json"  # any JSON: the generator did not understand the type


class Variant(Struct, frozen=True, kw_only=True):
    """One form of an object. `tag` is the value of the field's `tag_key`; without a `tag_key`, a member only this form
    has."""

    tag: str
    label_text: Text
    fields: tuple[Field, ...]

    @property
    def label(self) -> str:
        return str(self.label_text)


class Field(Struct, frozen=True, kw_only=True):
    """One setting or input of a pair.

    `min_length` and `max_length` count UTF-16 code units of a text, or items of a list. `minimum` and `maximum` are
    inclusive. `seconds`, `total_seconds`, `least_side` (pixels) and `aspect` (width / height) are limits of the media
    file itself; for an `OBJECTS` field, `total_seconds` limits the sum of its items' durations.
    """

    name: str
    kind: FieldKind
    required: bool = False
    label_text: Text
    help_text: Text
    unit: str = ""
    """A code, such as "s"; its text is `labels.unit_label`."""
    main: bool = False
    default: Any = None

    choices: tuple[str | int | float, ...] = ()
    deprecated: tuple[str | int | float, ...] = ()
    open: bool = False
    minimum: float | None = None
    maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None

    media: frozenset[Media] = frozenset()
    uri_key: str | None = None
    bare: bool = False
    position_key: str | None = None
    positions: tuple[str, ...] = ()
    position_required: bool = False
    first_needed: bool = False
    tag_key: str | None = None
    tags: Mapping[Media, str] = field(default_factory=dict)
    assumed: bool = False
    data_uri_megabytes: int | None = None
    seconds: tuple[float | None, float | None] = (None, None)
    total_seconds: tuple[float | None, float | None] = (None, None)
    least_side: int | None = None
    aspect: tuple[float | None, float | None] = (None, None)

    fields: tuple[Field, ...] = ()
    variants: tuple[Variant, ...] = ()

    only_when: tuple[str, tuple[str, ...]] | None = None  # (other field, its values with which this one is valid)
    sums_to: str | None = None
    """The field to which the durations of its items must add up."""
    requires: tuple[str, ...] = ()
    alone: bool = False  # no other field may be sent with it
    node: tuple[str, str] | None = None
    """Of a workflow: the node, and its output, that the value replaces."""

    @property
    def label(self) -> str:
        return str(self.label_text)

    @property
    def help(self) -> str:
        return str(self.help_text)

    @property
    def is_asset(self) -> bool:
        return self.kind in (FieldKind.ASSET, FieldKind.ASSETS)


class Pair(Struct, frozen=True, kw_only=True, dict=True):
    """An endpoint with one of its models: the fields of a request, in wire order.

    Derived properties are cached, because sheets need them for thousands of rows.
    """

    endpoint: str
    model: str
    label: str  # of the model
    fields: tuple[Field, ...]
    fixed: Mapping[str, object]
    """Members that every request has: the model, or the version of a recipe."""
    is_gone: bool = False
    """Runway has it no more; kept for the tasks that were made with it."""
    inside: str = ""
    """The member of the body that holds the values; empty: the body itself."""
    nodes: Mapping[str, str] = {}
    """Of a workflow: the names of its nodes, by their ids."""

    def field(self, name: str) -> Field | None:
        return self._by_name.get(name)

    @cached_property
    def names(self) -> frozenset[str]:
        """The wire names of the fields."""
        return frozenset(self._by_name)

    @cached_property
    def prompt_field(self) -> Field | None:
        """The text that the result is made from; None if there is none, or only one inside an object."""
        return next((found for found in self.fields if found.kind is FieldKind.PROMPT), None)

    @cached_property
    def asset_fields(self) -> tuple[Field, ...]:
        return tuple(found for found in self.fields if found.is_asset)

    def field_taking(self, kind: Media) -> Field | None:
        """The input for a file of this kind, a required one first; None if there is none."""
        fitting = [found for found in self.asset_fields if kind in found.media]
        return min(fitting, key=lambda found: not found.required, default=None)

    @property
    def main_fields(self) -> tuple[Field, ...]:
        """The few settings shown next to the prompt, in display order."""
        return tuple(found for found in self.fields if found.main)

    @cached_property
    def conditional_fields(self) -> tuple[Field, ...]:
        """Whether a field depends on others."""
        return tuple(found for found in self.fields if found.only_when is not None or found.requires or found.alone)

    @cached_property
    def _by_name(self) -> Mapping[str, Field]:
        # If two fields have the same name, the first one counts.
        return {found.name: found for found in reversed(self.fields)}


class Endpoint(Struct, frozen=True, kw_only=True):
    """A kind of generation, with the models that support it."""

    name: str  # "image_to_video"
    path: str  # "/v1/image_to_video"; "{model}" in it stands for the model
    label_text: Text
    makes: Media
    takes: frozenset[Media]
    models: tuple[str, ...]

    @property
    def label(self) -> str:
        return str(self.label_text)

    @property
    def is_recipe(self) -> bool:
        return "/recipes/" in self.path

    @property
    def kind_label(self) -> str:
        """Shown next to the model's name. A recipe's own label is that name."""
        return _("Recipe") if self.is_recipe else self.label
