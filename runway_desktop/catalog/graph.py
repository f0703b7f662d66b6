"""A version of a workflow as the catalog's pair: a field for each input that its graph exposes. Pure; any thread.

Runway documents the form of a graph by an example only (API reference, workflows). Whatever differs from it is left
out, or listed as an input that is not understood: it stays at its default. Nothing here raises, for any JSON.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from runway_desktop.domain.media import Media
from runway_desktop.domain.workflows.runs import MOST_NODES
from runway_desktop.texts import _, verbatim
from runway_desktop.values import Struct

from .model import Field, FieldKind, Pair

MOST_INPUTS = 200
"""Fields of a form; further inputs stay at their defaults."""
LONGEST_NAME = 120
"""Letters of a label."""
LONGEST_TOLD = 2_000
"""Letters of a description or a default."""

_MEDIA = {"image": Media.IMAGE, "video": Media.VIDEO, "audio": Media.AUDIO}
_WORDS = frozenset({"prompt", "text"})
_NUMBERS = frozenset({"number", "integer", "float"})
_SWITCHES = frozenset({"boolean", "switch", "toggle"})


class NotUnderstood(Struct, frozen=True, kw_only=True):
    """An input that no field is made for, with its node's type."""

    label: str
    type: str


class Version(Struct, frozen=True, kw_only=True):
    """A published version of a workflow. `nodes`: label and type of each node by its id, of `outputs` in the order of
    the graph."""

    id: str
    name: str
    number: int
    about: str
    pair: Pair
    unknown: tuple[NotUnderstood, ...] = ()
    outputs: tuple[str, ...] = ()
    nodes: Mapping[str, NotUnderstood] = {}


def read_version(text: str) -> Version | None:
    """The version that Runway's answer tells of; None if it is no such answer."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    told = _object(told)
    version_id, number = told.get("id"), told.get("version")
    if not isinstance(version_id, str) or not version_id:
        return None
    name = _line(told.get("name")) or _("Unnamed workflow")
    number = number if isinstance(number, int) else 0
    # The same in each language, since programs read it too.
    label = f"{name} · v{number}"
    graph = _object(told.get("graph"))
    fed = {edge.get("target") for edge in _objects(graph.get("edges")) if isinstance(edge.get("target"), str)}
    found: dict[str, _Input] = {}
    nodes: dict[str, NotUnderstood] = {}
    made: list[str] = []
    for node in _objects(graph.get("nodes")):
        node_id = node.get("id")
        if not isinstance(node_id, str) or not node_id:
            continue
        for one in _exposed(node_id, node, is_fed=node_id in fed):
            nodes.setdefault(node_id, NotUnderstood(label=one.label, type=one.type))
            if one.is_input:
                found.setdefault(f"{node_id}.{one.key}", one)
            elif node_id not in made:
                made.append(node_id)
    inputs = list(found.values())
    several = Counter(one.node for one in inputs)
    fields: list[Field] = []
    for one in inputs[:MOST_INPUTS]:
        has_prompt = any(known.kind is FieldKind.PROMPT for known in fields)
        if field := _field(one, f"{one.node}.{one.key}" if several[one.node] > 1 else one.node, has_prompt):
            fields.append(field)
    known = {field.node for field in fields}
    return Version(
        id=version_id,
        name=name,
        number=number,
        about=_told(told.get("description")),
        pair=Pair(
            endpoint="workflow", model=version_id, label=label, fields=tuple(fields), fixed={}, inside="nodeOutputs",
            nodes={node: known.label for node, known in nodes.items()},
        ),
        unknown=tuple(NotUnderstood(label=one.label, type=one.type) for one in inputs if one.path not in known),
        outputs=tuple(made),
        nodes=nodes,
    )  # fmt: skip


class _Input(Struct, frozen=True, kw_only=True):
    """An exposed value of a node."""

    node: str
    key: str
    kind: str
    label: str
    type: str
    about: str
    value: object
    is_input: bool

    @property
    def path(self) -> tuple[str, str]:
        return self.node, self.key


def _exposed(node_id: str, node: Mapping[str, Any], *, is_fed: bool) -> Iterator[_Input]:
    constant, node_type = _line(node.get("constantNodeType")), _line(node.get("nodeType"))
    for key, told in islice(_object(node.get("nodeOutputs")).items(), MOST_INPUTS):
        if not isinstance(told, Mapping) or told.get("exposedToApp") is False:
            continue
        yield _Input(
            node=node_id,
            key=key,
            kind=_line(told.get("type")),
            label=_line(told.get("label")) or _line(node.get("name")) or constant or node_type or _line(key),
            type=f"{constant}-node" if constant else node_type,
            about=_told(told.get("description")),
            value=told.get("value"),
            # What nothing flows into and has a value is one too, whatever its node is called.
            is_input=node_type == "constant-node" or (not is_fed and "value" in told),
        )


def _field(one: _Input, name: str, has_prompt: bool) -> Field | None:
    """None if it is not understood."""
    common: dict[str, Any] = {"name": name, "label_text": verbatim(one.label), "help_text": verbatim(one.about)}
    common["node"] = one.path
    if (media := _MEDIA.get(one.key)) is not None:
        if one.kind not in ("", one.key):
            return None
        item: dict[str, Any] = {
            "media": frozenset({media}),
            "uri_key": "uri",
            "tag_key": "type",
            "tags": {media: one.key},
        }
        return Field(kind=FieldKind.ASSET, required=not one.value, **item, **common)
    if one.kind not in ("", "primitive"):
        return None
    value, default = one.value, one.value
    if isinstance(value, bool) or (value is None and one.key in _SWITCHES):
        kind = FieldKind.SWITCH
    elif isinstance(value, int | float) or (value is None and one.key in _NUMBERS):
        kind = FieldKind.NUMBER
        default = value if value is None or abs(value) < float("inf") else None
    elif isinstance(value, str) or (value is None and one.key in _WORDS):
        kind = FieldKind.TEXT if one.key != "prompt" or has_prompt else FieldKind.PROMPT
        # A longer one is no help in a form. It stays Runway's.
        default = value if value is not None and 0 < len(value) <= LONGEST_TOLD else None
    else:
        return None
    return Field(kind=kind, required=value is None or value == "", default=default, **common)


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _objects(value: object) -> list[Mapping[str, Any]]:
    return (
        [one for one in value[: MOST_NODES * 4] if isinstance(one, Mapping)][:MOST_NODES]
        if isinstance(value, list)
        else []
    )


def _line(value: object) -> str:
    return " ".join(value[:LONGEST_NAME].split()) if isinstance(value, str) else ""


def _told(value: object) -> str:
    return value[:LONGEST_TOLD].strip() if isinstance(value, str) else ""
