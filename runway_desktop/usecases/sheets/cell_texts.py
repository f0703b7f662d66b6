"""Texts of a sheet's cells: displayed, in the tool tip, for the screen reader; and their tone. Pure; never raises."""

from __future__ import annotations

from collections.abc import Sequence

from runway_desktop.catalog import Catalog, Field, FieldKind, Pair
from runway_desktop.catalog.labels import model_label
from runway_desktop.domain.inputs import path_of
from runway_desktop.domain.library import Row
from runway_desktop.domain.media import guess_media
from runway_desktop.services.library.expansion import Axis
from runway_desktop.texts import Text, _, ngettext, pgettext
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.states import Around, StateWords, Tone, cost_words, describe
from runway_desktop.values import Struct

from . import cells as cell
from .columns import ENDPOINT, MODEL, PROJECT, PROMPT, SEED, ColumnKind, SheetColumn
from .rows import RowChecker, SheetRow

_CHOSEN = frozenset({FieldKind.CHOICE, FieldKind.INTEGER, FieldKind.NUMBER, FieldKind.SWITCH})
"""If such a field is omitted, the model decides; an omitted text is simply missing."""
NOT_USED = Text("not used")
"""In cells of columns that the row's model does not have."""
READY = Text("✓ Ready")
ADD = Text("+ Add")
"""In blank cells of inputs that the row's model accepts."""


class RowLine(Struct, frozen=True):
    """A row with what its texts need. `position` counts from 1; `alike` is the `position` of an earlier row with the
    same request, 0 for none; `tasks` are those made from it, as far as loaded."""

    row: SheetRow
    position: int
    alike: int = 0
    tasks: Sequence[Row] = ()


class CellLook(Struct, frozen=True):
    """What a cell's painter needs. `faint`: the content cannot be changed here. `wrong`: the cell has a problem.
    `pictures`: paths."""

    text: str
    tone: Tone
    wrong: bool
    faint: bool
    kind: ColumnKind
    pictures: Sequence[str] = ()


class Saying:
    def __init__(self, catalog: Catalog, checker: RowChecker) -> None:
        self._catalog = catalog
        self._checker = checker
        self._prompt_names = {
            known.name for pair in catalog.pairs() for known in pair.fields if known.kind is FieldKind.PROMPT
        }

    def look(self, line: RowLine, column: SheetColumn) -> CellLook:
        return CellLook(
            text=self.text(line, column),
            tone=self.tone(line, column),
            wrong=bool(self.problem(line, column)),
            faint=self.faint(line, column),
            kind=column.kind,
            pictures=self.pictures(line, column),
        )

    def pictures(self, line: RowLine, column: SheetColumn) -> Sequence[str]:
        """Paths of a cell's pictures: of existing inputs, and of results."""
        if column.kind is ColumnKind.RESULT:
            return [output.poster for row in line.tasks for output in row.outputs if output.poster]
        value = line.row.cells.get(column.key) if column.kind is ColumnKind.ASSETS else None
        return [path for address in cell.addresses_in(value) if (path := self._picture(address, line.row))]

    def _picture(self, address: str, row: SheetRow) -> str:
        """The path of an input that is a picture. Inputs of sent rows are not inspected again."""
        path = path_of(address)
        look = self._checker.looks.get(address)
        if not path or (look.problem if look is not None else not row.sent):
            return ""
        return path if guess_media(address).kind.is_picture else ""

    def text(self, line: RowLine, column: SheetColumn) -> str:
        match column.kind:
            case ColumnKind.CREDITS:
                return self._credits(line)
            case ColumnKind.STATE:
                return self._state(line)
            case ColumnKind.RESULT:
                return _results(line)
            case _:
                return self._cell(line, column)

    def edited(self, line: RowLine, column: SheetColumn) -> str:
        """The text for editing: the cell's own value, without defaults."""
        value = line.row.cells.get(column.key)
        is_typed = column.is_cell and not (column.key == ENDPOINT and value)
        return cell.text_of(value) if is_typed else self.text(line, column)

    def faint(self, line: RowLine, column: SheetColumn) -> bool:
        """Whether the content cannot be changed here: it is a default, comes from an axis, or was sent."""
        if line.row.sent:
            return column.is_cell
        is_of_axis = column.key != PROMPT and self._axis(column.key) is not None
        return column.is_cell and (column.key not in line.row.cells or is_of_axis)

    def tone(self, line: RowLine, column: SheetColumn) -> Tone:
        if line.row.sent:
            if column.kind is ColumnKind.STATE:
                return self._sent_words(line).tone
            return Tone.BAD if self.problem(line, column) else Tone.PLAIN
        check = line.row.check
        if check is None or check.is_blank:
            return Tone.PLAIN
        if column.kind is ColumnKind.STATE:
            if check.problems:
                return Tone.BAD
            if check.warnings or line.alike:
                return Tone.WARN
            return Tone.GOOD if check.is_ready else Tone.PLAIN
        if self.problem(line, column):
            return Tone.BAD
        return Tone.WARN if any(said.key == column.key for said in check.warnings) else Tone.PLAIN

    def problem(self, line: RowLine, column: SheetColumn) -> str:
        check = line.row.check
        if line.row.sent:
            return self._refusal(line, column)
        if check is None:
            return ""
        return next((said.message for said in check.problems if said.key == column.key), "")

    def _refusal(self, line: RowLine, column: SheetColumn) -> str:
        """Runway's refusal of this cell for one of the row's tasks."""
        names = self._prompt_names if column.kind is ColumnKind.PROMPT else {column.key}
        said = (refusal for row in line.tasks for refusal in row.task.refusals if refusal.path)
        return next((refusal.message for refusal in said if str(refusal.path[0]) in names), "")

    def tip(self, line: RowLine, column: SheetColumn) -> str:
        check = line.row.check
        if column.kind is ColumnKind.STATE:
            if line.row.sent:
                return self._sent_words(line).spoken
            return "\n".join(self._sentences(line))
        if column.kind is ColumnKind.CREDITS:
            known = check is not None and check.is_ready and check.priced == 0
            return _("The price is not known yet.") if known else ""
        said = (
            [found.message for found in (*check.problems, *check.warnings) if found.key == column.key] if check else []
        )
        if line.row.sent:
            said = [refusal] if (refusal := self._refusal(line, column)) else []
        value = line.row.cells.get(column.key)
        if value is not None and cell.is_inputs(value):
            said += [path_of(item["uri"]) or item["uri"] for item in value]
        elif column.kind is ColumnKind.PROMPT:
            said.append(str(value or ""))
        elif column.key == MODEL and check is not None and check.pair is not None:
            endpoint = self._catalog.endpoint(check.pair.endpoint)
            said.append(f"{check.pair.label} · {endpoint.label if endpoint else check.pair.endpoint}")
        elif not said and column.help:
            said.append(column.help)
        return "\n".join(part for part in said if part)

    def spoken(self, line: RowLine, column: SheetColumn) -> str:
        text = self.text(line, column)
        problem = self.problem(line, column)
        if column.kind is ColumnKind.CREDITS:
            return _("Price not known") if text in ("?", "", units.DASH) else _("{amount} credits", amount=text)
        if column.kind is ColumnKind.STATE:
            return self.tip(line, column) or text.removeprefix("✓ ")
        if text in ("", str(ADD)):
            said = _("blank")
        elif self.faint(line, column) and text != str(NOT_USED):
            said = _("{value}, by default", value=text)
        else:
            said = text
        return _("{value}. {problem}", value=said, problem=problem) if problem else said

    def _cell(self, line: RowLine, column: SheetColumn) -> str:
        row, key = line.row, column.key
        made_of_axes = not row.sent or any(task.labels for task in row.sent)
        if row.cells and made_of_axes and (axis := self._axis(key)) is not None:
            # The values of an axis are added to a prompt, which still shows.
            own = " ".join(str(row.cells.get(key) or "").split()) if key == PROMPT else ""
            return f"{own} × {units.number(len(axis.values))}".strip()
        if key in row.cells:
            if key == ENDPOINT:
                endpoint = self._catalog.endpoint(str(row.cells[key]))
                return endpoint.label if endpoint is not None else str(row.cells[key])
            if key == MODEL:
                name = str(row.cells[key])
                return model_label(name) if self._checker.knows(name) else name
            if column.kind in (ColumnKind.PROMPT, ColumnKind.NOTE, ColumnKind.CHOICE):
                return " ".join(str(row.cells[key]).split())
            return cell.shown_in(self._field(line, key), key, row.cells[key])
        return self._default(line, column)

    def _pair(self, line: RowLine) -> Pair | None:
        """Endpoint and model of a row; of a sent one, those of its task."""
        if not line.row.sent:
            return line.row.check.pair if line.row.check is not None else None
        request = line.tasks[0].task.request if line.tasks else None
        return self._catalog.pair(request.endpoint, request.model) if request is not None else None

    def _default(self, line: RowLine, column: SheetColumn) -> str:
        """The value of a blank cell. A sent row keeps the values that its task was sent with."""
        pair = self._pair(line)
        if pair is None:
            return ""
        match column.key:
            case k if k == PROJECT:
                return line.tasks[0].task.project if line.row.sent else self._checker.project
            case k if k == MODEL:
                return pair.label
            case k if k == ENDPOINT:
                endpoint = self._catalog.endpoint(pair.endpoint)
                return endpoint.label if endpoint is not None else pair.endpoint
            case k if k == PROMPT:
                return "" if pair.prompt_field is not None else str(NOT_USED)
        if column.kind is ColumnKind.NOTE or (column.kind is ColumnKind.ASSETS and line.row.sent):
            return ""
        known = pair.field(column.key)
        if known is None and column.kind is ColumnKind.ASSETS and self._checker.could_take(line.row.cells, column.key):
            return str(ADD)
        if known is None:
            return str(NOT_USED)
        if known.is_asset:
            return str(ADD)
        values = line.tasks[0].task.request.values if line.row.sent else self._checker.settings(pair)
        value = values.get(column.key, known.default)
        if value is None and column.key == SEED:
            return _("random")
        if value is None:
            return _("default") if known.kind in _CHOSEN and not known.required else ""
        return cell.shown_in(known, column.key, value)

    def _field(self, line: RowLine, key: str) -> Field | None:
        pair = self._pair(line)
        return pair.field(key) if pair is not None else None

    def _axis(self, key: str) -> Axis | None:
        return next((axis for axis in self._checker.axes if axis.key == key), None)

    def _credits(self, line: RowLine) -> str:
        if line.row.sent:
            said = [cost_words(row.task) for row in line.tasks]
            if len(said) == 1:
                return said[0]
            total = sum(row.task.credits or 0.0 for row in line.tasks)
            return units.number(total) if total else units.DASH
        check = line.row.check
        if check is None or check.is_blank:
            return ""
        if check.problems:
            return units.DASH
        if not check.priced:
            return "?"
        if check.priced < len(check.requests):
            return f"≥ {units.number(check.credits)}"
        return units.number(check.credits) if check.exact else units.about_number(check.credits)

    def _state(self, line: RowLine) -> str:
        if line.row.sent:
            return self._sent_words(line).headline
        check = line.row.check
        if check is None:
            return _("checking…")
        if check.is_blank:
            return ""
        return self._sentences(line, brief=True)[0]

    def _sentences(self, line: RowLine, *, brief: bool = False) -> list[str]:
        """All messages of a row that was not sent, the most important first. `brief`: short forms, if there are any."""
        check = line.row.check
        if check is None or check.is_blank:
            return [""]
        found = [(brief and said.brief) or said.message for said in (*check.problems, *check.warnings)]
        if line.alike:
            found.append(_("same as row {n}", n=line.alike))
        if check.waits and not found:
            found.append(_("checking files…"))
        if len(check.requests) > 1:
            amount = len(check.requests)
            ready = ngettext("✓ Ready, {n} task", "✓ Ready, {n} tasks", amount)
            found.append(ngettext("{n} task", "{n} tasks", amount) if found else ready)
        return found or [str(READY)]

    def _sent_words(self, line: RowLine) -> StateWords:
        """The state of the only task, or a summary of several."""
        tasks, amount = line.tasks, len(line.row.sent)
        if len(tasks) == 1 and amount == 1:
            return describe(tasks[0], Around())
        if not tasks:
            return StateWords(headline=pgettext("state", "Sent"))
        found = [describe(row, Around()) for row in tasks]
        done = sum(words.tone is Tone.GOOD for words in found)
        bad = sum(words.tone is Tone.BAD for words in found)
        parts = [
            _("{n} of {total} saved", n=done, total=amount),
            ngettext("{n} failed", "{n} failed", bad) if bad else "",
        ]
        tone = Tone.BAD if bad else Tone.GOOD if done == amount else Tone.BUSY
        return StateWords(headline=" · ".join(part for part in parts if part), tone=tone)


def _results(line: RowLine) -> str:
    outputs = [output for row in line.tasks for output in row.outputs]
    return "" if not line.row.sent or not outputs else f"×{units.number(len(outputs))}" if len(outputs) > 1 else ""
