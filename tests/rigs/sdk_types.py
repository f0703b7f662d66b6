"""Types of the official SDK, read strictly."""

from __future__ import annotations

from typing import Annotated, Any, Union, get_args, get_origin

import pydantic
import typing_extensions as te

from runway_desktop.catalog import Pair

_TYPED_DICT: Any = te.TypedDict


def method_of(sdk: Any, pair: Pair) -> Any:
    """The client's method that creates a task of the pair."""
    return getattr(sdk, pair.endpoint).create if "model" in pair.fixed else getattr(sdk.recipes, pair.endpoint)


_strict_types: dict[Any, Any] = {}


def _strict(hint: Any) -> Any:
    """The same type with wire names, lists for iterables, no conversions and no unknown members."""
    origin = get_origin(hint)
    if origin in (te.Required, te.NotRequired):
        return origin[_strict(get_args(hint)[0])]
    if hasattr(hint, "__metadata__"):
        alias = next((extra.alias for extra in hint.__metadata__ if getattr(extra, "alias", None)), None)
        bare = _strict(hint.__origin__)
        return Annotated[bare, pydantic.Field(alias=alias)] if alias else bare
    if hint is object:
        return Any
    if origin is Union:
        return Union[tuple(_strict(part) for part in get_args(hint))]  # noqa: UP007  # made at run time
    if te.is_typeddict(hint):
        if hint not in _strict_types:
            hints = te.get_type_hints(hint, include_extras=True)
            made = _TYPED_DICT(hint.__name__, {key: _strict(value) for key, value in hints.items()}, total=False)
            made.__pydantic_config__ = pydantic.ConfigDict(extra="forbid", strict=True)
            _strict_types[hint] = made
        return _strict_types[hint]
    if origin is not None and getattr(origin, "__name__", "") in ("Iterable", "SequenceNotStr"):
        return list[_strict(get_args(hint)[0])]  # type: ignore[misc]
    return hint


def _bare(hint: Any) -> Any:
    while hasattr(hint, "__metadata__") or get_origin(hint) in (te.Required, te.NotRequired):
        hint = hint.__origin__ if hasattr(hint, "__metadata__") else get_args(hint)[0]
    return hint
