"""What a cell, a column and the bar of the steps say. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from runway_desktop.domain.failures import Advice
from runway_desktop.domain.film.steps import Step, StepInput
from runway_desktop.domain.library import Row
from runway_desktop.domain.media import Media
from runway_desktop.domain.prices import PriceSum
from runway_desktop.domain.task import Pick, State
from runway_desktop.services.money.pricing import Price, Pricing
from runway_desktop.texts import _, enumerated, ngettext
from runway_desktop.usecases.steps import Board, BoardRow, Cell, Column, Ready, title_of
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.holds import cost_words
from runway_desktop.usecases.words.states import StateWords, Tone
from runway_desktop.values import Struct, replace

StateOf = Callable[[Row], StateWords]
_NOTHING = StateWords(headline="")


class CellShown(Struct, frozen=True, kw_only=True):
    """A cell of the board: its takes, the prices of picks that can come to it, two short lines beside them, and what
    a screen reader says."""

    rows: tuple[Row, ...] = ()
    signs: tuple[tuple[str, Tone] | None, ...] = ()
    """Of each take without a result: the icon of its state, and its tone."""
    coming: tuple[str, ...] = ()
    beside: StateWords = _NOTHING
    fix: Row | None = None
    """A failed take; the detail beside it is the text of what mends it."""
    hint: str = ""
    """What to do about the takes of the step before, of which none is picked."""
    spoken: str = ""
    done: tuple[Row, ...] = ()
    """Takes that were continued to the next step."""

    @property
    def tiles(self) -> int:
        return len(self.rows) + len(self.coming)


def is_prompt_at_fault(row: Row) -> bool:
    failure = row.task.failure
    return failure is not None and failure.advice in (Advice.CHANGE_PROMPT, Advice.CHANGE_INPUT, Advice.FIX_REQUEST)


def fix_words(row: Row, price: Price | None) -> str:
    """Text of the button that mends a failed take."""
    if is_prompt_at_fault(row):
        return _("Edit prompt")
    return (
        _("Try again, {credits}", credits=units.about_credits(price.credits, exact=price.exact))
        if price is not None
        else _("Try again")
    )


def shots_words(board: Board) -> str:
    return ngettext("{n} shot", "{n} shots", sum(bool(row.name) for row in board.rows))


def others_words(board: Board) -> str:
    """About takes that stand in no step; empty if there are none."""
    others = sum(len(row.others) for row in board.rows)
    said = ngettext(
        "{n} take, which no step makes, is in Takes.", "{n} takes, which no step makes, are in Takes.", others
    )
    return said if others else ""


def credits_of(ready: Sequence[Ready], pricing: Pricing) -> PriceSum:
    """What these picks make, at present prices."""
    return pricing.sum(one.request for one in ready for _take in range(one.step.amount))


def shot_words(name: str) -> str:
    return _("Shot {name}", name=name) if name else _("Without a shot")


def shown_cell(
    board: Board, row: BoardRow, at: int, rows: Sequence[Row], state: StateOf, pricing: Pricing
) -> CellShown:
    """`rows`: the takes as they are now."""
    cell, column = row.cells[at], board.columns[at]
    beside, fix = _beside(row, at, rows, state, pricing)
    picked = sum(one.task.pick is Pick.PICK for one in rows)
    told = enumerated(
        (
            ngettext("{n} take", "{n} takes", len(rows)) if rows else _("no takes"),
            _("{n} picked", n=picked) if picked else "",
            ngettext("{n} pick ready to go on", "{n} picks ready to go on", len(cell.coming)) if cell.coming else "",
        )
    )
    spoken = _("{shot}, {step}: {told}", shot=shot_words(row.name), step=title_of(column.step), told=told)
    said = (beside.headline, beside.detail if fix is None else "")
    if cell.coming:
        said = (cost_words(credits_of(cell.coming, pricing)), "")
    before = len(row.cells[at - 1].takes) if at else 0
    hint = ngettext("{n} take, not picked. Press P.", "{n} takes, none picked. Press P on one.", before)
    after = row.cells[at + 1] if at + 1 < len(row.cells) else Cell()
    gone_on = {one.take.row.task.id for one in after.done}
    return CellShown(
        rows=tuple(rows),
        signs=tuple(None if one.outputs else ((now := state(one)).icon, now.tone) for one in rows),
        coming=tuple(_dashed(credits_of([one], pricing)) for one in cell.coming),
        beside=beside,
        fix=fix,
        hint=hint if _waits(row, at) else "",
        spoken=". ".join(filter(None, (spoken, *said))),
        done=tuple(one for one in rows if one.task.id in gone_on),
    )


def _dashed(cost: PriceSum) -> str:
    return "?" if cost.unknown else _short(cost.credits, exact=cost.exact)


def _short(credits: float, *, exact: bool) -> str:
    """A price where there is little room."""
    return units.number(credits) if exact else units.about_number(credits)


def _beside(
    row: BoardRow, at: int, rows: Sequence[Row], state: StateOf, pricing: Pricing
) -> tuple[StateWords, Row | None]:
    """The two lines beside the takes, and the failed take that they offer to mend."""
    cell = row.cells[at]
    if cell.coming:
        picks, cost = ngettext("{n} pick", "{n} picks", len(cell.coming)), credits_of(cell.coming, pricing)
        detail = cost_words(cost) if cost.unknown else _("{number} credits", number=_dashed(cost))
        return StateWords(headline=picks, detail=detail), None
    live = next((one for one in reversed(rows) if not one.task.state.is_final), None)
    failed = next((one for one in reversed(rows) if one.task.state is State.FAILED), None)
    if live is None and failed is not None:
        return replace(state(failed), detail=fix_words(failed, pricing.price(failed.task.request))), failed
    if live is None and cell.problems:
        return StateWords(headline=str(cell.problems[0]), tone=Tone.WARN), None
    if live is None and len(rows) == 1 and at == len(row.cells) - 1:
        live = rows[0]
    if live is not None:
        return state(live), None
    return StateWords(headline=_("Waits for a pick in {step}", step=at) if _waits(row, at) else ""), None


def _waits(row: BoardRow, at: int) -> bool:
    """Whether a cell is empty because none of the takes before it is picked."""
    cell, before = row.cells[at], row.cells[at - 1].takes if at else ()
    return bool(before) and not (cell.takes or cell.coming or any(take.is_picked for take in before))


def each_words(column: Column) -> str:
    """ "120 each"."""
    if (price := column.price) is None:
        return ""
    return _("{credits} each", credits=_short(price.credits, exact=price.exact))


def takes_words(step: Step, makes: Media, *, is_first: bool) -> str:
    """What goes into a step."""
    if is_first or step.input is StepInput.NOTHING:
        return _("From the prompt")
    if step.input is StepInput.LAST_FRAME:
        return _("Last frame goes into the next clip")
    if "upscale" in step.endpoint:
        return _("Pick is made larger")
    if makes is Media.AUDIO:
        return _("Sound for the pick")
    return _("Pick becomes the input")


def column_words(board: Board, at: int, rows: Sequence[Sequence[Row]]) -> tuple[str, Tone]:
    """The line of state below a column's chips. `rows`: its takes now, by shot."""
    column = board.columns[at]
    if column.problem:
        return str(column.problem), Tone.BAD
    if ready := board.ready(column.step.id):
        return ngettext("{n} pick ready", "{n} picks ready", len(ready)), Tone.BUSY
    takes = [one for shot in rows for one in shot]
    live = [one for one in takes if not one.task.state.is_final]
    running = sum(one.task.state is State.RUNNING for one in live)
    waiting = len(live) - running
    going = enumerated(
        (
            _("{n} running", n=running) if running else "",
            _("{n} waiting", n=waiting) if waiting else "",
        )
    )
    picked = sum(any(one.task.pick is Pick.PICK for one in shot) for shot in rows)
    if picked and not (going and at):
        shots = sum(bool(shot) for shot in rows)
        return ngettext("{picked} of {n} shot picked", "{picked} of {n} shots picked", shots, picked=picked), Tone.GOOD
    if going:
        return going, Tone.BUSY
    saved = sum(any(output.is_here for output in one.outputs) for one in takes)
    return (_("{n} saved", n=saved) if saved else ""), Tone.PLAIN


def continue_words(ready: Sequence[Ready], pricing: Pricing) -> str:
    """ "Continue 6 picks · 720 credits"."""
    said = ngettext("Continue {n} pick", "Continue {n} picks", len(ready))
    return f"{said} · {cost_words(credits_of(ready, pricing))}" if ready else _("Continue")


def cap_words(spent: float, cap: float | None, coming: float) -> str:
    """What today costs with the ready picks: "660 + 720 of 1,500, 120 left"."""
    said = f"{units.number(spent)} + {units.number(coming)}" if coming else units.number(spent)
    if cap is None:
        return _("{spent} credits, no daily cap", spent=said)
    left = cap - spent - coming
    if left < 0:
        return _("{spent} of {cap}, {over} over", spent=said, cap=cap, over=units.number(-left))
    return _("{spent} of {cap}, {left} left", spent=said, cap=cap, left=units.number(left))


def failed_words(row: Row, said: StateWords) -> str:
    """ "070: Refused, not charged." """
    charged = row.task.cost_credits
    parts = (said.headline, _("not charged") if not charged else "")
    about_it = enumerated(parts)
    return _("{shot}: {problem}.", shot=row.task.shot, problem=about_it) if row.task.shot else about_it
