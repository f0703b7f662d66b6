"""Workflows of the organization at Runway, and what is known of a run of one. Pure. Times are Unix seconds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from runway_desktop.values import Struct, replace

WORKFLOW = "workflow"
"""The endpoint of runs in requests; the model is the id of a version."""
MOST_NODES = 1_000
"""Nodes that are read of a graph, and outputs and failed nodes of a run."""
COST_FOR = 86_400.0
"""Seconds after its end for which a run is asked for its cost, which comes when every task in it has ended."""


class NodeFailure(Struct, frozen=True, kw_only=True):
    """Why one node of a run made nothing. `name` is the node's; empty if Runway does not tell it."""

    node: str
    message: str = ""
    code: str = ""
    name: str = ""


class Run(Struct, frozen=True, kw_only=True):
    """What Runway told of a run, in addition to what it tells of any task."""

    nodes: tuple[str, ...] = ()
    """Id of the node that made each output, by the output's index. It only grows: an index never changes."""
    names: tuple[str, ...] = ()
    """Last part of each output's first link, which tells outputs of one node apart."""
    failures: tuple[NodeFailure, ...] = ()
    cost_due: float | None = None
    """Of an ended run without a cost: until when it is asked for. After that, and at once if it was canceled, the next
    run of the version is not sent without a question. None: the cost is known, or that was done."""


def placed(known: Run, nodes: Sequence[str], links: Sequence[str]) -> tuple[Run, list[int]]:
    """`known` with the outputs that are new at its end, and the index of each output of an answer. `nodes`, `links`:
    node and link of each, in its order. Outputs of one node are told apart by the ends of their links, else by their
    order."""
    made, names = list(known.nodes), [*known.names, *[""] * (len(known.nodes) - len(known.names))]
    free: defaultdict[str, list[int]] = defaultdict(list)
    for index, node in enumerate(made):
        free[node].append(index)
    ends = [link.partition("?")[0].rpartition("/")[2] for link in links]
    found: list[int | None] = []
    for node, end in zip(nodes, ends, strict=True):
        same = next((index for index in free[node] if names[index] == end), None)
        if same is not None:
            free[node].remove(same)
        found.append(same)
    indexes = []
    for node, end, same in zip(nodes, ends, found, strict=True):
        index = same if same is not None else free[node].pop(0) if free[node] else len(made)
        if index == len(made):
            made.append(node)
            names.append(end)
        indexes.append(index)
    return replace(known, nodes=tuple(made), names=tuple(names)), indexes
