"""Converts dropped or pasted data to rows of a sheet. Nothing is lost: a cell that cannot be converted keeps its text,
and cells of unknown columns are kept for mapping. Pure; never raises for imported data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from runway_desktop.catalog import Catalog, is_left_out
from runway_desktop.domain.cast import as_text
from runway_desktop.domain.inputs import AssetDrop
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import MadeSheet
from runway_desktop.services.intake.gathered import CLIPBOARD, Gathered, GatheredDraft
from runway_desktop.services.intake.vocabulary import INPUT_NAMES
from runway_desktop.services.library.expansion import literal
from runway_desktop.services.library.sheets import KeptRow
from runway_desktop.usecases.casting import tags_in

from . import cells as cell
from .columns import ENDPOINT, MODEL, PROJECT, PROMPT, SHOT, Columns
from .rows import RowChecker, SheetRow

_NAMED = {"model": MODEL, "endpoint": ENDPOINT, "project": PROJECT, "shot": SHOT}
_USUAL_PROMPTS = frozenset({"promptText", "text", "prompt"})


class Importer:
    def __init__(self, catalog: Catalog, columns: Columns, checker: RowChecker) -> None:
        self._catalog = catalog
        self._columns = columns
        self._checker = checker

    def rows(self, gathered: Gathered) -> Iterator[SheetRow]:
        """A row for each draft; for a folder also one for each picture, clip or sound. Generated lazily."""
        yield from map(self._of_draft, gathered.drafts)
        if gathered.is_folder:
            yield from map(self.of_asset, gathered.assets)

    def of_asset(self, drop: AssetDrop) -> SheetRow:
        """A row with one picture, clip or sound as input, and the composer's prompt."""
        key = self.key_for(drop.media)
        cells: dict[str, Any] = {key: [{"uri": drop.uri}]}
        if self._checker.composed.prompt.strip():
            cells[PROMPT] = self._checker.composed.prompt
        row = SheetRow(cells)
        pair, _ = self._checker.pair_of(cells)
        if (pair is None or pair.field(key) is None) and drop.media is not Media.OTHER:
            self._choose_model(row, drop.media, key)
        return row

    def _of_draft(self, draft: GatheredDraft) -> SheetRow:
        given = draft.given
        pair = self._catalog.pair(draft.endpoint or "", draft.model or "")
        cells: dict[str, Any] = {
            MODEL: draft.model or _text(given.get("model")),
            ENDPOINT: draft.endpoint or _text(given.get("endpoint")),
            PROJECT: draft.project,
            SHOT: draft.shot,
        }
        for name, value in draft.values.items():
            if isinstance(value, str) and (name in self._columns.prompt_names or name in _USUAL_PROMPTS):
                prompt = value.strip()
                if draft.is_literal:
                    prompt = literal(as_text(prompt, tags_in(pair, draft.values) if pair is not None else ()))
                cells.setdefault(PROMPT, prompt)
                continue
            known = pair.field(name) if pair is not None else self._columns.any_field(name)
            cells[name] = cell.inputs_of_wire(known, value) if known is not None and known.is_asset else value
        self._add_lost(cells, given)
        if draft.goes_on_from is not None:
            self._go_on_from(draft.goes_on_from, cells)
        row = SheetRow(
            {key: value for key, value in cells.items() if not is_left_out(value)},
            dict(draft.unmatched),
            tuple(found.problem or found.said for found in draft.findings if not found.field),
        )
        self._simplify(row)
        return row

    def _go_on_from(self, result: AssetDrop, cells: dict[str, Any]) -> None:
        """Makes a result the row's input. The composer's endpoint is kept if it requires such an input; one that does
        without made the result, as a rule."""
        own, kind = self._checker.pair, result.media
        for endpoint in ("", *(one.name for one in self._catalog.endpoints_taking(frozenset({kind}), has_prompt=True))):
            found = self._catalog.endpoint(endpoint)
            for model in (own.model, *(found.models if found is not None else ())):
                pair = self._catalog.pair(endpoint or own.endpoint, model)
                known = pair.field_taking(kind) if pair is not None else None
                if pair is not None and known is not None and known.required:
                    cells |= {ENDPOINT: endpoint, known.name: [{"uri": result.uri}]}
                    if pair.prompt_field is None:
                        cells.pop(PROMPT, None)
                    return

    def _add_lost(self, cells: dict[str, Any], given: Mapping[str, Any]) -> None:
        """Adds the row's texts that could not be converted."""
        kept_inputs = any(cell.is_inputs(value) for value in cells.values())
        for name, value in given.items():
            if name in _NAMED or name in ("prompt", "id"):
                continue
            if name in INPUT_NAMES:
                if not kept_inputs:
                    key = self.key_for(INPUT_NAMES[name])
                    cells[key] = [*cells.get(key, ()), *cell.inputs_of_text(_text(value), "")]
            elif name not in cells:
                cells[name] = value

    def _simplify(self, row: SheetRow) -> None:
        """Removes the endpoint if it follows from the other cells."""
        named = row.cells.get(ENDPOINT)
        if named is None:
            return
        rest = {key: value for key, value in row.cells.items() if key != ENDPOINT}
        pair, _ = self._checker.pair_of(rest)
        if pair is not None and pair.endpoint == named:
            del row.cells[ENDPOINT]

    def _choose_model(self, row: SheetRow, kind: Media, key: str) -> None:
        """Sets a model that accepts such an input, which the composer's model does not."""
        for endpoint in self._catalog.endpoints_taking(frozenset({kind}), has_prompt=PROMPT in row.cells):
            for model in endpoint.models:
                pair = self._catalog.pair(endpoint.name, model)
                if pair is not None and pair.field(key) is not None:
                    row.cells[MODEL] = model
                    return

    def key_for(self, kind: Media) -> str:
        """The column for an input of this kind: that of the composer's model, else of the models that require one."""
        own = self._checker.pair
        if kind is Media.OTHER:
            return "promptImage"
        siblings = [self._catalog.pair(endpoint.name, own.model) for endpoint in self._catalog.endpoints]
        taking = self._catalog.endpoints_taking(frozenset({kind}), has_prompt=True)
        others = [self._catalog.pair(endpoint.name, endpoint.models[0]) for endpoint in taking]
        for pair in (own, *siblings, *others):
            known = pair.field_taking(kind) if pair is not None else None
            if known is not None and (pair is own or known.required):
                return known.name
        return "promptImage"


def is_plain(gathered: Gathered) -> bool:
    """Whether it is lines of text, each a prompt."""
    drafts = gathered.drafts
    return bool(drafts) and all(
        not draft.unmatched and {*draft.values, *draft.given} <= _USUAL_PROMPTS for draft in drafts
    )


def title_of(gathered: Gathered) -> tuple[str, str]:
    """The name of the sheet and of its batch."""
    sources = {draft.source for draft in gathered.drafts} | {found.source for found in gathered.findings}
    if len(sources) == 1 and not gathered.is_folder:
        source = next(iter(sources))
        return (MadeSheet.PASTED.value if source == CLIPBOARD else Path(source).name), gathered.name
    return gathered.name or MadeSheet.BLANK.value, gathered.name


def kept_rows(rows: Iterable[KeptRow]) -> Iterator[SheetRow]:
    """Rows of a stored sheet. Generated lazily."""
    for row in rows:
        yield SheetRow(dict(row.cells), dict(row.unmatched), row.remarks, row.sent)


def unmatched_titles(rows: Sequence[SheetRow]) -> dict[str, str]:
    """Unmapped columns, each with its first text."""
    found: dict[str, str] = {}
    for row in rows:
        for title, text in row.unmatched.items():
            found.setdefault(title, text)
    return found


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else cell.text_of(value)
