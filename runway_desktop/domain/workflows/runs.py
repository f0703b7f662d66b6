"""Workflows of the organization at Runway, and what is known of a run of one. Pure. Times are Unix seconds."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence

from runway_desktop.values import Struct

WORKFLOW = "workflow"
"""The endpoint of runs in requests; the model is the id of a version."""
MOST_NODES = 1_000
"""Nodes that are read of a graph, and outputs and failed nodes of a run."""
COST_FOR = 86_400.0
"""Seconds after its end for which a run is asked for its cost, which comes when every task in it has ended."""


class WorkflowVersion(Struct, frozen=True, kw_only=True):
    """Never changes: publishing again makes a new one, with its own id."""

    id: str
    number: int
    created_at: float | None = None


class PublishedWorkflow(Struct, frozen=True, kw_only=True):
    """`versions`: newest first, at least one."""

    name: str
    versions: tuple[WorkflowVersion, ...]


class NodeFailure(Struct, frozen=True, kw_only=True):
    """Why one node of a run made nothing. `name` is the node's; empty if Runway does not tell it."""

    node: str
    message: str = ""
    code: str = ""
    name: str = ""


class Run(Struct, frozen=True, kw_only=True):
    """What Runway told of a run, besides what it tells of any task."""

    nodes: tuple[str, ...] = ()
    """Id of the node that made each output, by the output's index. It only grows: an index never changes."""
    failures: tuple[NodeFailure, ...] = ()
    cost_due: float | None = None
    """Of an ended run without a cost: until when it is asked for. After that, and at once if it was canceled, the next
    run of the version is not sent without a question. None: the cost is known, or that was done."""


def placed(known: tuple[str, ...], said: Sequence[str]) -> tuple[tuple[str, ...], list[int]]:
    """`known` with the nodes that are new at its end, and the index of each output. `said`: node of each output of an
    answer, in its order. Outputs of one node are told apart by their order."""
    nodes, free = list(known), defaultdict[str, deque[int]](deque)
    for index, node in enumerate(known):
        free[node].append(index)
    indexes = []
    for node in said:
        if not free[node]:
            free[node].append(len(nodes))
            nodes.append(node)
        indexes.append(free[node].popleft())
    return tuple(nodes), indexes
