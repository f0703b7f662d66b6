"""Turns one table row or JSON object into a draft: maps cells to fields and converts their types.

Blocks while reading files that a row names; call it in the executor. Raises nothing: each invalid cell gets a finding
that names file, row and field, and the rest of the row is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Any

from runway_desktop.catalog import (
    AssetItem,
    Field,
    FieldKind,
    Pair,
    asset_items,
    asset_value,
    two_readings,
    value_from_text,
)
from runway_desktop.catalog.labels import endpoint_text
from runway_desktop.domain.inputs import IntakeFinding
from runway_desktop.domain.media import Media
from runway_desktop.services.disk.disk_steps import parsed
from runway_desktop.texts import Text, verbatim
from runway_desktop.values import Struct, replace
from runway_desktop.values import field as _default

from .found_inputs import FoundInput, InputFinder, problem_for
from .gathered import CLIPBOARD, CLIPBOARD_TEXT, GatheredDraft
from .vocabulary import PROMPT, Content, TableColumn, Vocabulary

ROW = Text("{source}, row {number}")
LINE = Text("{source}, line {number}")
ITEM = Text("{source}, item {number}")
NO_JSON = Text("This is not valid JSON.")
_NO_SETTING = Text("The model has no such setting, so it was left out.")
_NO_SETTING_OF = Text("{model} has no such setting, so it was left out.")
_NO_INPUT_OF = Text("{model} takes no such input, so it was left out.")
_NO_INPUT = Text("The model takes no such input, so it was left out.")
_TYPES: Mapping[FieldKind, tuple[type | UnionType, Text]] = {
    FieldKind.INTEGER: (int, Text("“{cell}” is not a whole number.")),
    FieldKind.NUMBER: (int | float, Text("“{cell}” is not a number.")),
    FieldKind.SWITCH: (bool, Text("“{cell}” is neither yes nor no.")),
}
_SWITCH_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n", "0", "1"})

Cell = tuple[TableColumn, Any]
"""A column and its value: text from a table, any JSON from a document."""


class _Making(Struct):
    """State while a draft is built."""

    number: int
    values: dict[str, Any] = _default(default_factory=dict)
    findings: list[IntakeFinding] = _default(default_factory=list)
    inputs: list[tuple[TableColumn, FoundInput]] = _default(default_factory=list)


@dataclass(eq=False, repr=False)
class RowReader:
    """For one source. `where` names one of its parts: `ROW`, `LINE` or `ITEM`."""

    words: Vocabulary
    _finder: InputFinder
    _source: str
    _where: Text
    beside: Path | None
    """Base folder of relative paths."""
    _prefer: tuple[str, str] | None = None

    def finding(self, said: Text | str, number: int | None = None, field: str = "", *, key: str = "") -> IntakeFinding:
        """A finding that begins with its location. `field`: name for people; `key`: the program's name."""
        where = CLIPBOARD_TEXT if self._source == CLIPBOARD else verbatim(self._source)
        if number is not None:
            where = self._where.with_(source=where, number=str(number))
        if field:
            where = Text("{where}, {field}").with_(where=where, field=field)
        text = Text("{where}: {problem}").with_(where=where, problem=said)
        return IntakeFinding(source=self._source, row=number, field=key or field, said=text, problem=said)

    def _at(self, made: _Making, column: TableColumn, said: Text | str) -> None:
        made.findings.append(self.finding(said, made.number, column.title, key=column.name))

    def draft(self, cells: Sequence[Cell], number: int) -> GatheredDraft:
        made = _Making(number)
        texts: dict[Content, str] = {
            column.meaning: _as_text(value) for column, value in cells if column.meaning is not Content.SETTING
        }
        endpoint, model = self._target(made, texts)
        filled = [(column, value) for column, value in cells if not _is_blank(value)]
        for column, value in cells:
            if column.meaning is Content.PROMPT and _is_blank(value):
                self._at(made, column, Text("The prompt is empty."))
        for column, value in filled:
            self._gather_inputs(made, column, value)
        if endpoint is None and made.inputs:
            endpoint = self._endpoint_for(made, model, has_prompt=bool(texts.get(Content.PROMPT, "").strip()))
        if endpoint is None:
            endpoint = self._endpoint_having([column for column, _ in filled], model)
        pair = self.words.pair(endpoint, model)
        shape = pair or self._preferred(endpoint) or (self.words.some_pair(endpoint) if endpoint else None)
        for column, value in filled:
            self._fill(made, column, value, pair, shape)
        self._place_inputs(made, pair, shape)
        return GatheredDraft(
            endpoint=endpoint,
            model=model,
            values=made.values,
            source=self._source,
            row=number,
            project=texts.get(Content.PROJECT, "").strip(),
            shot=texts.get(Content.SHOT, "").strip(),
            given={column.name: value for column, value in filled},
            findings=tuple(made.findings),
        )

    def _target(self, made: _Making, texts: Mapping[Content, str]) -> tuple[str | None, str | None]:
        """The row's endpoint and model. An unknown name gives None and a finding."""
        endpoint_words, model_words = texts.get(Content.ENDPOINT, "").strip(), texts.get(Content.MODEL, "").strip()
        endpoint = self.words.endpoint(endpoint_words) if endpoint_words else None
        if endpoint_words and endpoint is None:
            message = Text("There is no endpoint “{endpoint}”.").with_(endpoint=endpoint_words)
            made.findings.append(self.finding(message, made.number, "endpoint"))
        model = self.words.model(model_words) if model_words else None
        if model_words and model is None:
            message = Text("There is no model “{model}”.").with_(model=model_words)
            made.findings.append(self.finding(message, made.number, "model"))
        if model is not None:
            having = self.words.endpoints_of(model)
            if endpoint is not None and endpoint not in having:
                message = Text("“{endpoint}” does not have the model “{model}”. “{other}” has it.").with_(
                    endpoint=endpoint_words, model=model_words, other=endpoint_text(having[0])
                )
                made.findings.append(self.finding(message, made.number, "model"))
            elif endpoint is None and len(having) == 1:
                endpoint = having[0]
        return endpoint, model

    def _endpoint_for(self, made: _Making, model: str | None, *, has_prompt: bool) -> str | None:
        kinds = {_kind(column, found) for column, found in made.inputs} - {Media.OTHER}
        if self._prefer is not None and model in (None, self._prefer[1]):
            preferred = self.words.pair(*self._prefer)
            if preferred and kinds <= {kind for asset_field in preferred.asset_fields for kind in asset_field.media}:
                return preferred.endpoint
        return self.words.endpoint_for(kinds, has_prompt=has_prompt, model=model)

    def _endpoint_having(self, columns: Sequence[TableColumn], model: str | None) -> str | None:
        """The only endpoint that has all input fields named by the columns; None if there are several."""
        input_columns = [column for column in columns if self.words.holds_inputs(column)]
        having = self.words.endpoints_having(input_columns, model=model) if input_columns else ()
        if self._prefer is not None and self._prefer[0] in having:
            return None
        return having[0] if len(having) == 1 else None

    def _preferred(self, endpoint: str | None) -> Pair | None:
        """The composer's endpoint and model if the row names none: the best guess for the format of inputs."""
        return self.words.pair(*self._prefer) if self._prefer and endpoint in (None, self._prefer[0]) else None

    def _gather_inputs(self, made: _Making, column: TableColumn, value: Any) -> None:
        """Collects files and links of a column for inputs."""
        if column.wire_names == ("audio",) and isinstance(value, str) and value.strip().casefold() not in _SWITCH_WORDS:
            column = TableColumn(column.title, Content.INPUT, media=Media.AUDIO)
        if column.media is Media.OTHER:
            return
        for words in _pieces(value):
            made.inputs.append((column, self._finder.find(words, self.beside)))

    def _fill(self, made: _Making, column: TableColumn, value: Any, pair: Pair | None, shape: Pair | None) -> None:
        if column.meaning is Content.PROMPT:
            self._fill_prompt(made, column, _as_text(value).strip(), pair, shape)
            return
        if column.meaning is not Content.SETTING or any(known.title == column.title for known, _ in made.inputs):
            return
        field = self.words.field(column, pair)
        if field is None:
            self._at(made, column, _NO_SETTING_OF.with_(model=pair.label) if pair else _NO_SETTING)
        elif field.is_asset:
            self._fill_asset(made, column, value, field, pair)
        else:
            made.values[field.name] = self._typed(made, column, value, field)

    def _fill_prompt(
        self, made: _Making, column: TableColumn, words: str, pair: Pair | None, shape: Pair | None
    ) -> None:
        found = shape.prompt_field if shape else None
        if found is not None or pair is None:
            made.values[found.name if found else PROMPT] = words
            return
        for field in pair.fields:
            for variant in field.variants:
                inner = next((inner for inner in variant.fields if inner.kind is FieldKind.PROMPT), None)
                if inner is not None and field.tag_key is not None:
                    made.values[field.name] = {field.tag_key: variant.tag, inner.name: words}
                    return
        self._at(made, column, Text("{model} takes no prompt, so it was left out.").with_(model=pair.label))

    def _fill_asset(self, made: _Making, column: TableColumn, value: Any, field: Field, pair: Pair | None) -> None:
        """A column with a wire name. JSON in the wire format keeps its positions and tags."""
        if isinstance(value, Mapping) or (isinstance(value, list) and not all(isinstance(part, str) for part in value)):
            wanted = list(asset_items(field, value))
        else:
            wanted = [AssetItem(uri=words) for words in _pieces(value)]
        items = []
        for item in wanted:
            found = self._finder.find(item.uri, self.beside)
            self._note(made, column, found, field, pair)
            if found.uri:
                items.append(replace(item, uri=found.uri, media=_media_kind(item, found, field)))
        if items:
            made.values[field.name] = asset_value(field, items)

    def _place_inputs(self, made: _Making, pair: Pair | None, shape: Pair | None) -> None:
        by_field: dict[str, list[AssetItem]] = {}
        fields: dict[str, Field] = {}
        for column, found in made.inputs:
            field = _field_for(shape, _kind(column, found), by_field) if shape is not None else None
            if field is None and found.uri:
                self._at(made, column, _NO_INPUT_OF.with_(model=pair.label) if pair else _NO_INPUT)
                continue
            self._note(made, column, found, field, pair)
            if field is not None and found.uri:
                fields[field.name] = field
                position = {Content.FIRST_FRAME: "first", Content.LAST_FRAME: "last"}.get(column.meaning)
                item = AssetItem(
                    uri=found.uri,
                    media=_kind(column, found),
                    position=position if position in field.positions else None,
                )
                by_field.setdefault(field.name, []).append(item)
        for name, items in by_field.items():
            made.values[name] = asset_value(fields[name], items)

    def _note(
        self, made: _Making, column: TableColumn, found: FoundInput, field: Field | None, pair: Pair | None
    ) -> None:
        if problem := problem_for(found, field, pair):
            self._at(made, column, problem)

    def _typed(self, made: _Making, column: TableColumn, value: Any, field: Field) -> Any:
        """A cell converted to its field's type; unchanged text and a finding if that fails."""
        if not isinstance(value, str):
            return value
        if field.kind in (FieldKind.OBJECT, FieldKind.OBJECTS, FieldKind.UNKNOWN):
            return self._structured(made, column, value, field)
        typed = value_from_text(field, value)
        kind, complaint = _TYPES.get(field.kind, (object, Text("")))
        if not isinstance(typed, kind) and str(value).strip().casefold() not in self.words.choices(field.name):
            message = complaint.with_(cell=_short(value.strip()))
            self._at(made, column, two_readings(field, str(typed)) or message)
        return typed

    def _structured(self, made: _Making, column: TableColumn, cell: str, field: Field) -> Any:
        """A structured setting: JSON, or the name of a preset."""
        if cell.strip()[:1] in ("{", "["):
            try:
                return parsed(cell, without_zeros=True)
            except ValueError:
                self._at(made, column, NO_JSON)
                return cell.strip()
        for variant in field.variants:
            for inner in variant.fields:
                choice = value_from_text(inner, cell) if inner.kind is FieldKind.CHOICE else None
                if choice is not None and choice in inner.choices and field.tag_key is not None:
                    return {field.tag_key: variant.tag, inner.name: choice}
        message = Text("“{cell}” is unknown here.").with_(cell=_short(cell.strip()))
        self._at(made, column, message)
        return cell.strip()


def _field_for(pair: Pair, kind: Media, used: Mapping[str, list[AssetItem]]) -> Field | None:
    """The field for one more input of a kind: required fields first, and only with space left."""
    fitting = [field for field in pair.asset_fields if kind in field.media]
    fitting.sort(key=lambda field: not field.required)
    return next((field for field in fitting if len(used.get(field.name, ())) < _most(field)), None)


def _most(field: Field) -> int:
    if field.kind is FieldKind.ASSET:
        return 1
    most = field.max_length if field.max_length is not None else 1_000
    return min(most, len(field.positions)) if field.position_required else most


def _kind(column: TableColumn, found: FoundInput) -> Media:
    if found.facts is not None:
        return found.facts.media
    return column.media if column.media is not Media.OTHER else found.media


def _media_kind(item: AssetItem, found: FoundInput, field: Field) -> Media:
    if item.media is not Media.OTHER:
        return item.media
    if found.media in field.media:
        return found.media
    return next(iter(field.media)) if len(field.media) == 1 else Media.OTHER


def _pieces(value: Any) -> list[str]:
    """Inputs in one cell, separated by line breaks or bars."""
    if isinstance(value, list):
        return [piece for part in value if isinstance(part, str) for piece in _pieces(part)]
    if not isinstance(value, str):
        return []
    return [piece.strip() for line in value.split("\n") for piece in line.split("|") if piece.strip()]


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None or isinstance(value, list | Mapping) else str(value)


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _short(words: str) -> str:
    return words if len(words) <= 60 else words[:59] + "…"
