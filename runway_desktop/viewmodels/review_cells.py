"""What each cell of a review says, also in a tool tip and to a screen reader, and in which tone. Pure; never raises."""

from __future__ import annotations

from enum import IntEnum

from runway_desktop.catalog import Catalog, is_left_out, settings_line

from . import wording
from .review_rows import PROMPT_NAMES, ReviewRow
from .state_words import Tone


class Column(IntEnum):
    NUMBER = 0
    PROMPT = 1
    MODEL = 2
    SETTINGS = 3
    CREDITS = 4
    STATE = 5


TITLES = ("#", "Prompt", "Model", "Settings", "Credits", "Row")


class Cells:
    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def prompt(self, row: ReviewRow) -> str:
        if row.prompt is not None:
            return row.prompt
        if row.request is not None:
            return row.request.prompt
        return next((value for name in PROMPT_NAMES if isinstance(value := row.draft.values.get(name), str)), "")

    def text(self, row: ReviewRow, column: Column) -> str:
        match column:
            case Column.NUMBER:
                return str(row.number)
            case Column.PROMPT:
                return " ".join(self.prompt(row).split()) or wording.DASH
            case Column.MODEL:
                return row.request.model if row.request is not None else (row.draft.model or "")
            case Column.SETTINGS:
                return self._settings_text(row)
            case Column.CREDITS:
                return wording.number(row.price.credits) if row.price is not None else "?"
            case Column.STATE:
                if row.request is None:
                    return "checking…"
                said = [*row.problems, *row.notes]
                return said[0][1] if said else "✓ ready"

    def _settings_text(self, row: ReviewRow) -> str:
        if row.request is None:
            return ""
        pair = self._catalog.pair(row.request.endpoint, row.request.model)
        parts = [settings_line(pair, row.request.values)]
        inputs = sum(not is_left_out(row.request.values.get(found.name)) for found in pair.asset_fields) if pair else 0
        if inputs:
            parts.append(wording.count(inputs, "input"))
        return " · ".join(part for part in parts if part) or wording.DASH

    def tip(self, row: ReviewRow, column: Column) -> str:
        match column:
            case Column.PROMPT:
                return self.prompt(row)
            case Column.MODEL:
                endpoint = self._catalog.endpoint(row.request.endpoint) if row.request is not None else None
                return endpoint.label if endpoint is not None else ""
            case Column.CREDITS if row.ready and row.price is None:
                return "The price is shown after sending."
            case Column.CREDITS | Column.STATE:
                said = [message for _, message in (*row.problems, *row.notes)]
                if row.ready and row.notes:
                    said.append("Tick the row to send it all the same.")
                return "\n".join(said)
            case Column.SETTINGS:
                return self._settings_text(row)
            case Column.NUMBER:
                return f"{row.draft.source}, row {row.draft.row}" if row.draft.row is not None else row.draft.source

    def tone(self, row: ReviewRow, column: Column) -> Tone:
        if column is Column.STATE and row.request is not None:
            return Tone.BAD if row.problems else Tone.WARN if row.notes else Tone.GOOD
        return Tone.BAD if self.is_wrong(row, column) else Tone.PLAIN

    def is_wrong(self, row: ReviewRow, column: Column) -> bool:
        if not row.problems or row.request is None:
            return False
        pair = self._catalog.pair(row.request.endpoint, row.request.model)
        prompt = pair.prompt_field.name if pair is not None and pair.prompt_field is not None else PROMPT_NAMES[0]
        names = {name for name, _ in row.problems}
        match column:
            case Column.PROMPT:
                return bool(names & {prompt, *PROMPT_NAMES})
            case Column.MODEL:
                return bool(names & {"model", "endpoint"})
            case Column.SETTINGS:
                return bool(names - {prompt, *PROMPT_NAMES, "model", "endpoint", ""})
            case _:
                return False

    def spoken(self, row: ReviewRow, column: Column) -> str:
        text = self.text(row, column)
        match column:
            case Column.NUMBER:
                return f"Row {text}, {'will be sent' if row.chosen else 'left out'}"
            case Column.CREDITS:
                return "Price not known" if row.price is None else wording.credits_in_words(row.price.credits)
            case Column.STATE:
                return " ".join(message for _, message in (*row.problems, *row.notes)) or (
                    "Ready" if row.ready else text
                )
            case _:
                return text
