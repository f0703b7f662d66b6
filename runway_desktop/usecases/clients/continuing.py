"""*Continue* for clients: the picks of a project go on to a step of its chain, as the person picked them.

Each take of each pick is a request of its own, by an id made of pick and step, so that a second call makes nothing.
Raises CallRefused. Loop's thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from runway_desktop.domain.film.steps import Chain
from runway_desktop.domain.task import TaskId
from runway_desktop.services.engine import Engine
from runway_desktop.texts import english
from runway_desktop.usecases.steps import Cell, Ready, Steps, problems_of, tasks_of, title_of
from runway_desktop.values import Struct

from .creating import Creating
from .refusals import CallRefused, Code, in_english, listed
from .verbs import PriceAnswer, StepsWished


class Continued(Struct, frozen=True):
    """`task_ids`: those made now or by an earlier call. `left_out`: why other picks do not go on."""

    task_ids: Sequence[TaskId]
    left_out: Sequence[str]
    price: PriceAnswer


class Continuing:
    def __init__(self, engine: Engine, creating: Creating, steps: Callable[[], Steps]) -> None:
        self._engine = engine
        self._creating = creating
        self._steps = steps

    async def go_on(self, client: str, wish: StepsWished) -> Continued:
        steps = self._steps()
        chain = await steps.chain_of(wish.project)
        if chain is None:
            said = "This project has no chain of steps, or several could be meant."
            raise CallRefused(said, "Choose one in the window, on the project's page Steps.")
        at = self._column(chain, wish.step)
        board = await steps.board(wish.project, chain)
        if not board.rows:
            raise CallRefused("There is no project of this name.", wish.project[:80], code=Code.NOT_FOUND)
        cells = {row.name: row.cells[at] for row in board.rows}
        made = [task_id for cell in cells.values() for task_id in await self._made_before(client, cell)]
        bill = await steps.bill((one for cell in cells.values() for one in cell.coming), reader=english)
        problems = [(name, problem) for name, cell in cells.items() for problem in cell.problems]
        left_out = [*map(in_english, bill.left_out), *(f"{name}: {in_english(one)}" for name, one in problems)]
        if bill.prepared is None:
            would = {"would": "repeat"} if made else {"would": "refuse", "because": "No pick is ready to go on."}
            return Continued(made, left_out, PriceAnswer(credits=0.0, is_exact=True, asks=[], **would))
        new = [(one.mark, _request_id(one, n), task) for one in bill.ready for n, task in enumerate(tasks_of(one), 1)]
        tasks = [task for _, _, task in new]
        price = await self._creating.price_known(client, tasks, bill.prepared, wish.max_credits)
        if wish.dry_run:
            return Continued(made, left_out, price)
        if price.would == "refuse":
            raise CallRefused(price.because or "", code=Code.REFUSED)
        async with steps.one_by_one:
            meanwhile = await steps.made(bill.ready)
            for mark, request_id, task in new:
                if mark not in meanwhile:
                    made.append(await self._creating.make_known(client, request_id, task, wish.max_credits))
        return Continued(made, left_out, price)

    def _column(self, chain: Chain, word: str) -> int:
        """The index of the step with this number, title or id."""
        with english():
            names = [title_of(step) for step in chain.steps]
            problems = [str(one) for one in problems_of(chain, self._engine.catalog)]
        for at, (step, name) in enumerate(zip(chain.steps, names, strict=True)):
            if word.strip().casefold() in (str(at + 1), step.id, name.casefold()):
                if problems[at]:
                    raise CallRefused(problems[at], "Change the step in the window.")
                if not at:
                    break
                return at
        takes = listed([f"{at} {name}" for at, name in enumerate(names[1:], 2)])
        raise CallRefused("No pick goes on to such a step.", f"There are: {takes}.")

    async def _made_before(self, client: str, cell: Cell) -> list[TaskId]:
        ids = [_request_id(one, n) for one in cell.done for n in range(1, one.step.amount + 1)]
        known = [await self._engine.clients.known(client, one) for one in ids]
        return [one.task_id for one in known if one is not None]


def _request_id(one: Ready, number: int) -> str:
    source, step = one.mark
    return f"{step}:{source.task_id}:{source.index}:{number}"
