"""Classes of values: `Struct` is their base, `field` gives a default per instance, `replace` copies with changes,
`asdict` gives the fields by name, `as_json` gives JSON types and `convert` reads them. Pure; any thread.

Defining such a class takes 20 microseconds; a dataclass takes 700, because it generates and compiles its methods. The
program has hundreds of them: as dataclasses they were most of the first paint's import time, and each took six times
the memory. Services, of which there is one each, are dataclasses or plain classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct, convert, field, to_builtins
from msgspec.structs import asdict

if TYPE_CHECKING:
    # mypy knows this one and checks the names and types of changed fields, also of a `Struct`.
    from dataclasses import replace
else:
    from msgspec.structs import replace

__all__ = ["Struct", "as_json", "asdict", "convert", "field", "replace"]


def as_json(value: Struct) -> dict[str, Any]:
    """Its fields, recursively, as JSON types."""
    found: dict[str, Any] = to_builtins(value)
    return found
