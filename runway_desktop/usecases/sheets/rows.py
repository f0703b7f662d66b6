"""A row of a sheet: its requests, findings and price, computed from its cells.

A row makes one task for each expansion of its prompt and each combination of the axes. Nothing is stored or sent here,
and nothing raises for entered text. GUI thread only.

Edits are undoable steps, which the model applies. A step identifies rows by number, not by index, so that it stays
valid after insertions.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from runway_desktop.catalog import (
    Catalog,
    FieldKind,
    Finding,
    Pair,
    is_left_out,
    length_left_out,
    prompt_of,
    starting_values,
    validate,
)
from runway_desktop.catalog.input_files import check_asset
from runway_desktop.catalog.labels import model_label
from runway_desktop.domain.cast import Cast
from runway_desktop.domain.inputs import with_moved_files
from runway_desktop.domain.task import MemberId, Request
from runway_desktop.services.intake.found_inputs import FoundInput
from runway_desktop.services.library.expansion import MOST, Axis, combinations, count, expansions, with_added
from runway_desktop.services.library.sheets import KeptRow, SentTask
from runway_desktop.services.money.pricing import Pricing
from runway_desktop.texts import Text, _, ngettext
from runway_desktop.usecases.casting import Casting, Use, cast_into
from runway_desktop.usecases.requests.draft import fits, sentence, takes
from runway_desktop.usecases.words.cast import unknown_words
from runway_desktop.values import Struct, field, replace

from . import cells as cell
from .columns import ENDPOINT, MODEL, PROJECT, PROMPT, RESULT, SHOT, Columns

_NOT_FIELDS = frozenset({PROMPT, ENDPOINT, MODEL, PROJECT, SHOT})
_numbers = itertools.count(1)
BLANK_ROWS = 12
_encode = json.JSONEncoder(sort_keys=True, default=str).encode


class Said(Struct, frozen=True):
    """A message about a cell; about the whole row if `key` is empty."""

    key: str
    message: str
    brief: str = ""
    """A short form, for an invalid value: "Duration: 4, 6 or 8 s"."""


class Check(Struct, frozen=True, kw_only=True):
    """Result of checking a row. `problems` prevent sending, `warnings` do not. `unseen`: its files that were not read
    yet. `credits` is the known price of its tasks; `priced` of them have one."""

    pair: Pair | None = None
    requests: tuple[Request, ...] = ()
    casts: tuple[tuple[MemberId, ...], ...] = ()
    """The members that each request names."""
    labels: tuple[tuple[str, ...], ...] = ()
    problems: tuple[Said, ...] = ()
    warnings: tuple[Said, ...] = ()
    unseen: tuple[str, ...] = ()
    credits: float = 0.0
    priced: int = 0
    exact: bool = True
    identity: str = ""
    """Equal for two rows with the same requests."""
    is_blank: bool = False

    @property
    def waits(self) -> bool:
        """Some of its files were not read yet."""
        return bool(self.unseen)

    @property
    def is_ready(self) -> bool:
        return bool(self.requests) and not self.problems and not self.unseen


BLANK = Check(is_blank=True)


class SheetRow(Struct, eq=False):
    """A row in the window. `number` identifies it permanently; its index may change."""

    cells: dict[str, Any] = field(default_factory=dict)
    unmatched: dict[str, str] = field(default_factory=dict)
    remarks: tuple[Text | str, ...] = ()
    sent: tuple[SentTask, ...] = ()
    number: int = field(default_factory=lambda: next(_numbers))
    check: Check | None = None
    """None until it was checked after its last change."""
    text: str = ""
    """Its stored form; empty after a change."""

    def copy(self) -> SheetRow:
        return SheetRow(dict(self.cells), dict(self.unmatched), self.remarks)

    def kept(self) -> KeptRow:
        return KeptRow(cells=self.cells, unmatched=self.unmatched, remarks=self.remarks, sent=self.sent)


def blank_rows() -> list[SheetRow]:
    """For a new sheet."""
    return [SheetRow() for __ in range(BLANK_ROWS)]


def columns_needed(rows: Iterable[SheetRow], columns: Columns) -> set[str]:
    """Columns that these rows need: non-blank ones, and the default ones of their models."""
    found: set[str] = set()
    usual: set[frozenset[str]] = set()
    for row in rows:
        found.update(row.cells)
        if row.sent:
            found.add(RESULT)
        elif row.check is not None and row.check.pair is not None:
            usual.add(columns.usual(row.check.pair))
            if row.check.problems:
                found.update(said.key for said in row.check.problems if columns.knows(said.key))
    return found.union(*usual)


class RowChecker:
    """`composed` supplies values for blank cells. `refused` are prompts refused by moderation, `looks` facts of input
    files; files missing there are collected in `unseen`."""

    def __init__(self, catalog: Catalog, columns: Columns, pricing: Pricing, composed: Request) -> None:
        self._catalog = catalog
        self.columns = columns
        self._pricing = pricing
        self.composed = composed
        self.project = ""
        """Project of rows that name none."""
        self.axes: tuple[Axis, ...] = ()
        self.refused: frozenset[str] = frozenset()
        self.looks: dict[str, FoundInput] = {}
        self.cast: Cast | None = None
        """The members that prompts can name; None before they were read."""
        self.unseen: set[str] = set()
        self._settings: dict[tuple[str, str], dict[str, Any]] = {}
        # Caches for thousands of similar rows, valid until the composer's choice changes.
        self._by_names: dict[tuple[str, ...], tuple[Pair | None, tuple[Said, ...]]] = {}
        self._of_model: dict[str, tuple[Pair, ...]] = {}
        self.pair = self._first_pair()

    def choose(self, composed: Request) -> None:
        """Sets the values for blank cells."""
        self.composed = composed
        self._settings.clear()
        self._by_names.clear()
        self._of_model.clear()
        self.pair = self._first_pair()

    def check(self, row: SheetRow) -> Check:
        cells = row.cells
        if not cells:
            return BLANK
        combos = combinations(self.axes)
        prompt = str(cells.get(PROMPT) or "")
        amount = count(prompt) * len(combos)
        if amount > MOST:
            pair, problems = self.pair_of(cells)
            said = Said(PROMPT, _("This row makes {n} tasks. At most {most} are possible.", n=amount, most=MOST))
            return Check(pair=pair, problems=(said, *problems))
        if amount == 1 and not self.axes:
            return self._one(row, prompt)
        return self._many(row, prompt, combos)

    def pair_of(self, cells: Mapping[str, Any]) -> tuple[Pair | None, tuple[Said, ...]]:
        """Endpoint and model of the row: from its cells, its inputs, and for the rest the composer's choice."""
        own = [name for name, value in cells.items() if name not in _NOT_FIELDS and not is_left_out(value)]
        key = (str(cells.get(ENDPOINT) or ""), str(cells.get(MODEL) or ""), *own)
        found = self._by_names.get(key)
        if found is None:
            found = self._by_names[key] = self._pair_of_names(key[0], key[1], own)
        return found

    def _pair_of_names(self, endpoint: str, model: str, own: Sequence[str]) -> tuple[Pair | None, tuple[Said, ...]]:
        """`own`: the fields that the row fills in."""
        catalog = self._catalog
        if endpoint and catalog.endpoint(endpoint) is None:
            return None, (Said(ENDPOINT, _("There is no endpoint “{endpoint}”.", endpoint=endpoint)),)
        if not endpoint and not model:
            return self._nearest([self.pair, *self._siblings(self.pair.model)], own), ()
        if endpoint and not model:
            found = catalog.endpoint(endpoint)
            names = (self.pair.model, *(found.models if found else ()))
            pairs = [pair for name in names if (pair := catalog.pair(endpoint, name)) is not None]
            return self._nearest(pairs, own), ()
        if endpoint:
            pair = catalog.pair(endpoint, model)
            if pair is not None:
                return pair, ()
            why = (
                _("{model} can't do that.", model=model_label(model))
                if self._siblings(model)
                else _("There is no model “{model}”.", model=model)
            )
            return None, (Said(MODEL, why),)
        siblings = self._siblings(model)
        if not siblings:
            return None, (Said(MODEL, _("There is no model “{model}”.", model=model)),)
        return self._nearest(siblings, own), ()

    def knows(self, model: str) -> bool:
        return bool(self._siblings(model))

    def could_take(self, cells: Mapping[str, Any], key: str) -> bool:
        """Whether any pair of the row's model has this field, if the row does not name an endpoint."""
        model = str(cells.get(MODEL) or "") or self.pair.model
        return not cells.get(ENDPOINT) and any(key in pair.names for pair in self._siblings(model))

    def settings(self, pair: Pair) -> dict[str, Any]:
        """Values of blank cells: the composer's settings that the pair accepts, and required defaults. No prompt, no
        inputs."""
        key = (pair.endpoint, pair.model)
        if key not in self._settings:
            self._settings[key] = self._blank_values(pair)
        return self._settings[key]

    def _one(self, row: SheetRow, prompt: str) -> Check:
        text = expansions(prompt, 1)[0].text if "{" in prompt or "\\" in prompt else prompt
        pair, casting, problems, unseen = self._request(row.cells, text)
        warnings = self._warnings(row, [text], casting.unknown)
        if pair is None:
            return Check(problems=problems, warnings=warnings)
        request = _request(pair, casting.values)
        price = None if problems else self._pricing.price(request)
        return Check(
            pair=pair,
            requests=(request,),
            casts=(casting.ids,),
            labels=((),),
            problems=problems,
            warnings=warnings,
            unseen=unseen,
            credits=price.credits if price else 0.0,
            priced=1 if price else 0,
            exact=price.exact if price else True,
            identity=_identity([request]),
        )

    def _many(self, row: SheetRow, prompt: str, combos: Sequence[tuple[Any, ...]]) -> Check:
        texts = expansions(prompt)
        amount = len(texts) * len(combos)
        first: Pair | None = None
        requests: list[Request] = []
        casts: list[tuple[MemberId, ...]] = []
        labels: list[tuple[str, ...]] = []
        problems: dict[str, tuple[Said, str, int]] = {}
        unseen: dict[str, None] = {}
        unknown: dict[str, None] = {}
        credits, priced, exact = 0.0, 0, True
        for combo in combos:
            cells = row.cells | {axis.key: value for axis, value in zip(self.axes, combo, strict=True)}
            added = next((str(value) for axis, value in zip(self.axes, combo, strict=True) if axis.key == PROMPT), "")
            of_axes = tuple(cell.shown(axis.key, value) for axis, value in zip(self.axes, combo, strict=True))
            for found in texts:
                text = with_added(found.text, added) if added else found.text
                pair, casting, findings, looking = self._request(cells, text)
                unseen |= dict.fromkeys(looking)
                unknown |= dict.fromkeys(casting.unknown)
                for said in findings:
                    first_said, where, times = problems.get(said.key, (said, ", ".join(of_axes), 0))
                    problems[said.key] = (first_said, where, times + 1)
                if pair is None:
                    continue
                first = first or pair
                request = _request(pair, casting.values)
                requests.append(request)
                casts.append(casting.ids)
                labels.append((*of_axes, *found.choices))
                price = None if findings else self._pricing.price(request)
                if price is not None:
                    credits, priced, exact = credits + price.credits, priced + 1, exact and price.exact
        return Check(
            pair=first,
            requests=tuple(requests),
            casts=tuple(casts),
            labels=tuple(labels),
            problems=tuple(
                # A problem of all combinations is not attributed to an axis value.
                said
                if not where or times == amount
                else Said(said.key, _("{where}: {problem}", where=where, problem=said.message))
                for said, where, times in problems.values()
            ),
            warnings=(*self._warnings(row, [found.text for found in texts], tuple(unknown)), *_alike(requests)),
            unseen=tuple(unseen),
            credits=credits,
            priced=priced,
            exact=exact,
            identity=_identity(requests),
        )

    def _request(
        self, cells: Mapping[str, Any], prompt: str
    ) -> tuple[Pair | None, Casting, tuple[Said, ...], tuple[str, ...]]:
        pair, findings = self.pair_of(cells)
        if pair is None:
            return None, Casting(values={}), findings, ()
        values = dict(self.settings(pair))
        for key, value in cells.items():
            if key in _NOT_FIELDS or is_left_out(value):
                continue
            known = pair.field(key)
            values[key] = value if known is None else cell.wire_of(known, value)
        prompt_field = pair.prompt_field
        if prompt_field is not None and prompt.strip():
            values[prompt_field.name] = prompt
        casting = cast_into(pair, values, self.cast)
        values = casting.values
        said: dict[str, Said] = {}
        for finding in validate(pair, values):
            name = str(finding.path[0]) if finding.path else ""
            key = PROMPT if name in self.columns.prompt_names else name
            said.setdefault(key, self._said(pair, key, finding, values))
        if prompt_field is None and prompt.strip():
            said.setdefault(PROMPT, Said(PROMPT, _("{model} takes no prompt. Remove it.", model=pair.label)))
        unseen = self._look_at_inputs(pair, cells, casting.uses, said)
        return pair, casting, (*findings, *said.values()), unseen

    def _said(self, pair: Pair, key: str, finding: Finding, values: Mapping[str, Any]) -> Said:
        """A message with the valid values, if the value is invalid."""
        known = pair.field(key)
        if known is not None and not is_left_out(values.get(key)) and not fits(pair, known, values[key]):
            full = sentence(pair, known)
            if full:
                return Said(
                    key, full, _("{column}: {values}", column=self.columns.column(key).title, values=takes(known))
                )
        return Said(key, finding.message)

    def _look_at_inputs(
        self, pair: Pair, cells: Mapping[str, Any], uses: Sequence[Use], said: dict[str, Said]
    ) -> tuple[str, ...]:
        """Adds problems of files to `said`; returns files not read yet."""
        unseen: tuple[str, ...] = ()
        for known in pair.asset_fields:
            of_cast = [use.file.uri for use in uses if use.field == known.name]
            for address in (*cell.addresses_in(cells.get(known.name)), *of_cast):
                if not address.startswith("file:") or known.name in said:
                    continue
                look = self.looks.get(address)
                if look is None:
                    self.unseen.add(address)
                    unseen = (*unseen, address)
                    continue
                problem = look.problem
                if not problem and look.facts is not None:
                    problem = check_asset(look.facts, known, pair) or ""
                if problem:
                    said[known.name] = Said(known.name, problem)
        return unseen

    def _warnings(self, row: SheetRow, texts: Sequence[str], unknown: Sequence[str]) -> tuple[Said, ...]:
        """`unknown`: names that nobody in the cast has."""
        found = [Said("", str(remark)) for remark in row.remarks]
        if unknown:
            found.append(Said(PROMPT, unknown_words(unknown)))
        if self.refused and any(text in self.refused for text in texts):
            found.append(Said(PROMPT, _("Moderation refused this prompt before")))
        return tuple(found)

    def _nearest(self, pairs: Sequence[Pair], own: Sequence[str]) -> Pair:
        """The pair that has most of the row's fields, and requires the fewest inputs that the row lacks."""

        def distance(pair: Pair) -> tuple[int, int]:
            strange = sum(pair.field(name) is None for name in own)
            lacking = sum(known.required and known.name not in own for known in pair.asset_fields)
            return strange, lacking

        return pairs[0] if len(pairs) == 1 else min(pairs, key=distance)

    def _siblings(self, model: str) -> tuple[Pair, ...]:
        """Every pair of the model; the composer's endpoint first."""
        if model not in self._of_model:
            names = [endpoint.name for endpoint in self._catalog.endpoints if model in endpoint.models]
            names.sort(key=lambda name: name != self.pair.endpoint)
            found = (self._catalog.pair(name, model) for name in names)
            self._of_model[model] = tuple(pair for pair in found if pair is not None)
        return self._of_model[model]

    def _first_pair(self) -> Pair:
        composed = self.composed
        return self._catalog.pair(composed.endpoint, composed.model) or next(iter(self._catalog.pairs()))

    def _blank_values(self, pair: Pair) -> dict[str, Any]:
        values = {**length_left_out(pair), **starting_values(pair)}
        own = pair.model == self.composed.model
        for known in pair.fields:
            if known.is_asset or known.kind is FieldKind.PROMPT:
                continue
            value = self.composed.values.get(known.name)
            if (own or known.required) and not is_left_out(value) and fits(pair, known, value):
                values[known.name] = value
        if not own:
            values.pop("seed", None)
        return values


def _request(pair: Pair, values: Mapping[str, Any]) -> Request:
    kept = {name: value for name, value in values.items() if not is_left_out(value)}
    return Request(endpoint=pair.endpoint, model=pair.model, values=kept, prompt=prompt_of(pair, kept))


def _alike(requests: Sequence[Request]) -> Iterable[Said]:
    """A warning if some of a row's tasks ask for the same."""
    same = len(requests) - len({_identity([one]) for one in requests})
    if same:
        said = ngettext(
            "{n} task is the same as another of this row", "{n} tasks are the same as others of this row", same
        )
        yield Said("", said)


def _identity(requests: Sequence[Request]) -> str:
    return _encode([[one.endpoint, one.model, one.values] for one in requests])


CellKey = tuple[int, str]
"""Row number and column key."""
Values = Mapping[CellKey, Any]
"""Cells with their values; None is blank."""


class Write(Struct, frozen=True):
    """A change of cells, with old and new values."""

    words: str
    before: Values
    after: Values


class Insert(Struct, frozen=True):
    """`at`: index of the first new row."""

    words: str
    at: int
    rows: Sequence[SheetRow]
    cells: Write | None = None
    """Changes of other rows in the same step."""


class Remove(Struct, frozen=True):
    """`rows` with their former indexes, in order."""

    words: str
    rows: Sequence[tuple[int, SheetRow]]


class SetAxes(Struct, frozen=True):
    words: str
    before: tuple[Axis, ...]
    after: tuple[Axis, ...]


Edit = Write | Insert | Remove | SetAxes


def writing(rows: Mapping[int, SheetRow], columns: Columns, after: Values, words: str) -> Write | None:
    """The step that writes these cells, without unchanged and read-only ones; None if none is left."""
    before = {
        (number, key): rows[number].cells.get(key)
        for number, key in after
        if number in rows and not rows[number].sent and columns.column(key).is_cell
    }
    moved = {cell_key: after[cell_key] for cell_key in before if before[cell_key] != after[cell_key]}
    return Write(words, {cell_key: before[cell_key] for cell_key in moved}, moved) if moved else None


def follow_moves(row: SheetRow, moved: Mapping[str, str]) -> bool:
    """Updates the row's URIs of moved files, old to new. False if there are none."""
    after = {key: with_moved_files(value, moved) for key, value in row.cells.items()}
    news = {key: value for key, value in after.items() if value is not row.cells[key]}
    if news:
        row.cells.update(news)
        row.text = ""
    return bool(news)


def axes_after(axes: tuple[Axis, ...], moved: Mapping[str, str]) -> tuple[Axis, ...]:
    """The axes with updated URIs of moved files."""
    now = tuple((axis, with_moved_files(axis.values, moved)) for axis in axes)
    return tuple(axis if values is axis.values else replace(axis, values=tuple(values)) for axis, values in now)
