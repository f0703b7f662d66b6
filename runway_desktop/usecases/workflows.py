"""What the Workflows page tells: runs of each workflow, their costs, and what each node of a run made. Pure but for
`runs`, which reads the list (loop's thread; StoreError)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from runway_desktop.catalog.graph import Version
from runway_desktop.domain.library import Filter, GroupBy, Listing, Row
from runway_desktop.domain.task import HoldCode, Output, OutputState, State, Task
from runway_desktop.domain.workflows.runs import WORKFLOW, NodeFailure
from runway_desktop.services.library.library import Library
from runway_desktop.texts import Text, _, ngettext
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.failures import saving_words
from runway_desktop.usecases.words.states import Around, StateWords, Tone, describe
from runway_desktop.values import Struct, replace

MOST_RUNS = 500
"""Runs that the page reads; of older ones it tells nothing."""
NONE_PUBLISHED = Text(
    "No workflows yet. An administrator of your Runway workspace and one of this API project have to link the two. "
    "Then publish a workflow in Runway's web app, and refresh."
)
GONE = Text("This version is no longer at Runway. Its runs stay here. Choose another version to run it.")
NO_CANCEL = Text("Runway offers none for workflows")
STAYS = Text("Closing the window stops nothing. Outputs are fetched later.")


class NodeLine(Struct, frozen=True, kw_only=True):
    """What one node of a run made, or why it made nothing."""

    name: str
    type: str = ""
    said: str
    tone: Tone = Tone.PLAIN
    output: Output | None = None
    failure: NodeFailure | None = None
    moving: bool = False


async def runs(library: Library) -> Sequence[Row]:
    """The last runs of all workflows, newest first."""
    listing = Listing(filter=Filter(endpoints=frozenset({WORKFLOW})), group=GroupBy.NONE)
    return (await library.beginning(listing, MOST_RUNS, MOST_RUNS))[1]


def costs_of(found: Sequence[Row]) -> list[float]:
    """What runs cost that succeeded, as the price of the next one counts them; the least first."""
    tasks = [row.task for row in found if row.task.state is State.SUCCEEDED]
    return sorted(task.cost_credits for task in tasks if task.cost_credits)


def costs_in_words(costs: Sequence[float]) -> str:
    """ "Median 174 credits, 150 to 210"; empty without any."""
    if not costs:
        return ""
    said = units.credits_in_words(median(costs))
    if costs[0] == costs[-1]:
        return _("Median {credits}", credits=said)
    return _(
        "Median {credits}, {low} to {high}", credits=said, low=units.number(costs[0]), high=units.number(costs[-1])
    )


def run_state(row: Row, version: Version | None) -> StateWords:
    """As in the list, but counted by outputs once there are some."""
    shown, run = describe(row, Around()), row.task.run
    if row.task.state is State.QUEUED and row.task.hold.code is HoldCode.ITS_TURN:
        # Here is not known whether a slot, a cap or the first cost is awaited.
        return replace(shown, detail="")
    if run is None or not (run.nodes or run.failures):
        return shown
    failed, saved = len(run.failures), sum(one.state is OutputState.SAVED for one in row.outputs)
    expected = max(len(run.nodes) + failed, len(version.outputs) if version is not None else 0)
    if row.task.state.is_live:
        return replace(shown, headline=_("{n} of {most} done", n=len(run.nodes), most=expected), detail="")
    said = _("{n} of {most} saved", n=saved, most=expected)
    if failed:
        said = _("{said}, {failed} failed", said=said, failed=failed)
        return replace(shown, headline=said, detail="", tone=Tone.WARN, icon="mdi6.alert-circle-outline")
    return replace(shown, headline=said, detail="")


def run_cost(task: Task, usual: float | None) -> str:
    if task.cost_credits is not None:
        return units.number(task.cost_credits)
    return units.about_number(usual) if usual is not None and task.state is not State.CANCELLED else "?"


def cost_told(task: Task) -> str:
    """What the page says of the cost of the chosen run."""
    if task.cost_credits is not None:
        return units.credits_in_words(task.cost_credits)
    if task.state is State.CANCELLED:
        return _("Runway tells none for a canceled run")
    if task.state.is_final and not task.awaits_cost:
        return _("Runway told none")
    return _("Known up to an hour after the last output")


def runs_in_words(version: Version, amount: int) -> str:
    said = ngettext("{n} run", "{n} runs", amount) if amount else _("not run yet")
    return f"{_('Version {n}', n=version.number)} · {said}"


def node_lines(row: Row, version: Version | None, now: float) -> Iterator[NodeLine]:
    """In the order of the graph; then what the graph lacks."""
    run = row.task.run
    made: dict[str, list[int]] = {}
    for index, node in enumerate(run.nodes if run is not None else ()):
        made.setdefault(node, []).append(index)
    failures = {one.node: one for one in run.failures} if run is not None else {}
    outputs = {one.index: one for one in row.outputs}
    for node in dict.fromkeys((*(version.outputs if version is not None else ()), *made, *failures)):
        known = version.nodes.get(node) if version is not None else None
        failure = failures.get(node)
        name = known.label if known is not None else (failure.name if failure is not None else "") or _("Unknown node")
        kind = known.type if known is not None else ""
        for index in made.get(node, ()):
            output = outputs.get(index)
            said, tone = _output_said(output, now)
            yield NodeLine(name=name, type=kind, said=said, tone=tone, output=output)
        if failure is not None:
            yield NodeLine(name=name, type=kind, said=_("Failed"), tone=Tone.BAD, failure=failure)
        elif node not in made:
            is_live = not row.task.state.is_final
            said = _("Not made yet") if is_live else _("Made nothing")
            yield NodeLine(name=name, type=kind, said=said, moving=row.task.state is State.RUNNING)


def _output_said(output: Output | None, now: float) -> tuple[str, Tone]:
    if output is None:
        return _("Being fetched"), Tone.BUSY
    if output.state is OutputState.SAVED:
        at = units.clock_time(output.saved_at, now) if output.saved_at is not None else ""
        return _("Saved {time}", time=at), Tone.GOOD
    if output.problem is not None:
        return saving_words(output), Tone.WARN
    return _("Being saved"), Tone.BUSY
