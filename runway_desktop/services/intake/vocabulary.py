"""Column names that tables may use: wire names, labels, and common synonyms.

Pure, built once from the catalog on the loop's thread; read from any thread.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

from runway_desktop.catalog import Catalog, Endpoint, Field, FieldKind, Pair
from runway_desktop.domain.media import INPUTS, Media
from runway_desktop.values import Struct, replace

PROMPT = "promptText"
"""Wire name of a prompt if endpoint and model are unknown."""


class Content(StrEnum):
    """Content of a column."""

    PROMPT = "prompt"
    MODEL = "model"
    ENDPOINT = "endpoint"
    PROJECT = "project"
    SHOT = "shot"
    SETTING = "setting"
    FIRST_FRAME = "first frame"
    LAST_FRAME = "last frame"
    INPUT = "input"
    REMOTE_ID = "id"


INPUT_NAMES = {
    Content.FIRST_FRAME.value: Media.IMAGE,
    Content.LAST_FRAME.value: Media.IMAGE,
    **{kind.value: kind for kind in INPUTS},
}
"""The program's names of input columns, with their media."""


class TableColumn(Struct, frozen=True):
    """`title` as in the file. `wire_names`: possible wire names, most likely first; only for settings and wire-named
    inputs. `media`: kind of input; OTHER for other columns."""

    title: str
    meaning: Content
    wire_names: tuple[str, ...] = ()
    media: Media = Media.OTHER

    @property
    def name(self) -> str:
        """The program's name: the wire name of a setting, else the meaning."""
        if self.meaning is Content.INPUT:
            return self.media.value
        return self.wire_names[0] if self.wire_names else self.meaning.value

    @property
    def key(self) -> tuple[str, ...]:
        """Equal for columns with the same meaning."""
        return (self.meaning.value, self.media.value, *self.wire_names)


_ALIASES = {
    Content.PROMPT: "prompt prompts prompttext text description words line",
    Content.MODEL: "model modelname modelid",
    Content.ENDPOINT: "endpoint tasktype operation",
    Content.PROJECT: "project projectname client",
    Content.SHOT: "shot shotname shotid scene title name",
    Content.FIRST_FRAME: "firstframe startframe firstimage startimage keyframe1 framestart",
    Content.LAST_FRAME: "lastframe endframe lastimage endimage tailimage frameend",
    Content.REMOTE_ID: "id taskid remoteid runwayid runwaytaskid",
}
_SETTINGS = {
    "aspect": "ratio", "aspectratio": "ratio", "size": "ratio", "dimensions": "ratio", "format": "format",
    "length": "duration", "seconds": "duration", "durationseconds": "duration", "durations": "duration",
    "count": "outputCount", "outputs": "outputCount", "pictures": "outputCount",
    "variants": "numVariants", "negative": "negativePrompt",
    "color": "colors", "colour": "colors", "colours": "colors", "backgroundcolour": "backgroundColor",
    "language": "targetLang", "fps": "targetFramerate", "framerate": "targetFramerate",
}  # fmt: skip


@lru_cache(maxsize=1_024)
def normalized(name: str) -> str:
    """A name reduced to its letters and digits, case-folded."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


class Vocabulary:
    def __init__(self, catalog: Catalog) -> None:
        self.endpoints: tuple[Endpoint, ...] = catalog.endpoints
        self._catalog = catalog
        self._pairs = {(pair.endpoint, pair.model): pair for pair in catalog.pairs()}
        self._by_wire: dict[str, list[Field]] = defaultdict(list)
        for pair in self._pairs.values():
            for field in pair.fields:
                self._by_wire[field.name].append(field)
        self._commonest = {name: _commonest(fields) for name, fields in self._by_wire.items()}
        self._asset_names = frozenset(
            name for name, fields in self._by_wire.items() if any(field.is_asset for field in fields)
        )
        self._having: dict[tuple[frozenset[tuple[str, ...]], str | None], tuple[str, ...]] = {}
        """Cache: every row of a table asks the same."""
        self._columns = self._named_columns()
        self._models = {
            **{normalized(pair.label): pair.model for pair in self._pairs.values()},
            **{normalized(pair.model): pair.model for pair in self._pairs.values()},
        }
        self._endpoints = {
            normalized(word): found.name for found in self.endpoints for word in (found.name, found.label)
        }

    @property
    def model_names(self) -> frozenset[str]:
        return frozenset(self._models.values())

    def column(self, title: str) -> TableColumn | None:
        found = self._columns.get(normalized(title))
        return replace(found, title=title.strip()) if found else None

    def nearest(self, title: str) -> str:
        """A known name similar to `title`, for "did you mean"; empty if there is none."""
        from difflib import get_close_matches

        near = get_close_matches(normalized(title), self._columns, n=1, cutoff=0.8)
        return self._columns[near[0]].title if near else ""

    def pair(self, endpoint: str | None, model: str | None) -> Pair | None:
        return self._pairs.get((endpoint, model)) if endpoint and model else None

    def model(self, words: str) -> str | None:
        """A model by wire name or label."""
        return self._models.get(normalized(words))

    def endpoint(self, words: str) -> str | None:
        return self._endpoints.get(normalized(words))

    def endpoints_of(self, model: str) -> tuple[str, ...]:
        return tuple(found.name for found in self.endpoints if model in found.models)

    def endpoint_for(self, kinds: Iterable[Media], *, has_prompt: bool, model: str | None) -> str | None:
        """The most likely endpoint for these inputs; only those with `model`, if given."""
        fitting = self._catalog.endpoints_taking(frozenset(kinds), has_prompt)
        return next((found.name for found in fitting if model is None or model in found.models), None)

    def endpoints_having(self, columns: Iterable[TableColumn], *, model: str | None) -> tuple[str, ...]:
        """The endpoints with a model (or `model`) that has a field for each of these columns."""
        key = (frozenset(column.wire_names for column in columns), model)
        if key not in self._having:
            self._having[key] = tuple(
                dict.fromkeys(
                    endpoint
                    for (endpoint, name), pair in self._pairs.items()
                    if model in (None, name) and all(any(pair.field(wire) for wire in names) for names in key[0])
                )
            )
        return self._having[key]

    def holds_inputs(self, column: TableColumn) -> bool:
        """Whether a column with a wire name is for inputs."""
        return not self._asset_names.isdisjoint(column.wire_names)

    def some_pair(self, endpoint: str) -> Pair | None:
        """Any model of an endpoint, for the format of inputs before a model is selected."""
        return next((pair for (name, _), pair in self._pairs.items() if name == endpoint), None)

    def field(self, column: TableColumn, pair: Pair | None) -> Field | None:
        """The field for a column: of the pair or, without one, the most common field of that name."""
        if pair is not None:
            return next((field for name in column.wire_names if (field := pair.field(name)) is not None), None)
        return next((field for name in column.wire_names if (field := self._commonest.get(name)) is not None), None)

    def choices(self, wire_name: str) -> frozenset[str]:
        """All choices of this field in any model, case-folded."""
        return frozenset(
            str(choice).casefold() for field in self._by_wire.get(wire_name, ()) for choice in field.choices
        )

    def _named_columns(self) -> dict[str, TableColumn]:
        labels: dict[str, Counter[str]] = defaultdict(Counter)
        for name, fields in self._by_wire.items():
            for field in fields:
                labels[normalized(field.label)][name] += 1
        found: dict[str, TableColumn] = {}
        for key, names in labels.items():
            ordered = tuple(name for name, _ in names.most_common())
            found[key] = self._setting_or_input(self._by_wire[ordered[0]][0].label, ordered)
        for key, name in _SETTINGS.items():
            found[key] = self._setting_or_input(name, (name,))
        for name in self._by_wire:
            found[normalized(name)] = self._setting_or_input(name, (name,))
        for meaning, words in _ALIASES.items():
            for word in words.split():
                found[word] = TableColumn(meaning.value, meaning, media=INPUT_NAMES.get(meaning.value, Media.OTHER))
        for media in INPUTS:
            for word in media.kind.columns.split():
                found[word] = TableColumn(media.value, Content.INPUT, media=media)
        return found

    def _setting_or_input(self, title: str, names: tuple[str, ...]) -> TableColumn:
        if any(field.kind is FieldKind.PROMPT for field in self._by_wire.get(names[0], ())):
            return TableColumn(title, Content.PROMPT)
        return TableColumn(title, Content.SETTING, names)


def _commonest(fields: list[Field]) -> Field:
    """Of fields with the same name, one of the most common kind."""
    kind = Counter(field.kind for field in fields).most_common(1)[0][0]
    return next(field for field in fields if field.kind is kind)
