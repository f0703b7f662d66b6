"""What Runway can make: endpoints, models, fields and their bounds. Checks a request and builds its payload. Pure.

The facts are data (`resources/catalog.json`, made from the official SDK by `packaging/update_catalog.py`); the names
that people read are in `labels`. Tasks of a pair that the catalog does not know are still shown: `prompt_of` and
`settings_line` take None for it.

To add
- the name of a new endpoint, model or field: `labels`;
- a fix for an input that does not fit: `input_files` offers it, `services/media/input_fixes` makes the copy.
"""

from runway_desktop.catalog.validation import idle_reason, kept_part, with_what_belongs_together

from .assets import (
    AssetItem,
    AssetRef,
    asset_items,
    asset_value,
    assets_in,
    link_problem,
    media_in_words,
    uri_problem,
    variant_of,
    with_assets,
)
from .catalog import Catalog, CatalogError, length_left_out, starting_values
from .model import Endpoint, Field, FieldKind, Pair, Variant
from .payload import build_payload, is_left_out
from .text import number_in_words, prompt_of, settings_line, two_readings, utf16_length, value_from_text, value_in_words
from .validation import Finding, validate

__all__ = [
    "AssetItem",
    "AssetRef",
    "Catalog",
    "CatalogError",
    "Endpoint",
    "Field",
    "FieldKind",
    "Finding",
    "Pair",
    "Variant",
    "asset_items",
    "asset_value",
    "assets_in",
    "build_payload",
    "idle_reason",
    "is_left_out",
    "kept_part",
    "length_left_out",
    "link_problem",
    "media_in_words",
    "number_in_words",
    "prompt_of",
    "settings_line",
    "starting_values",
    "two_readings",
    "uri_problem",
    "utf16_length",
    "validate",
    "value_from_text",
    "value_in_words",
    "variant_of",
    "with_assets",
    "with_what_belongs_together",
]
