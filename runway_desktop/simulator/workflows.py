"""Workflows of a simulated organization: their graphs as Runway answers them, and the parts that a run makes. Pure.

A graph has the form of the API reference's example. One of its nodes is of a kind that no client knows.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from runway_desktop.values import Struct, replace

from .outputs import recipe_of
from .world import Magic, Part, read_magic

Json = dict[str, Any]
_MADE = "2026-11-0{}T09:00:00.000Z"


class Node(Struct, frozen=True, kw_only=True):
    """One node. `key` and `kind`: name and type of its value. A node with `makes` (endpoint, model) has an output; it
    is done at `at`, a share of the run's time, and takes its words from the node `words`."""

    name: str
    key: str
    kind: str = "primitive"
    type: str = "constant-node"
    about: str = ""
    value: object = None
    makes: tuple[str, str] | None = None
    words: str = ""
    at: float = 1.0
    settings: Mapping[str, object] = {}

    @property
    def id(self) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"node/{self.name}"))

    def as_json(self) -> Json:
        told: Json = {"type": self.kind, "label": self.name, "description": self.about, "exposedToApp": True}
        if self.makes is None:
            told["value"] = self.value
        found: Json = {"id": self.id, "nodeType": self.type, "nodeOutputs": {self.key: told}}
        if self.type == "constant-node":
            found["constantNodeType"] = self.key
        return found


class Workflow(Struct, frozen=True, kw_only=True):
    """A published version."""

    name: str
    version: int
    about: str
    nodes: tuple[Node, ...]

    @property
    def id(self) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"workflow/{self.name}/{self.version}"))

    @property
    def inputs(self) -> dict[str, Node]:
        """By id. The other nodes make outputs."""
        return {node.id: node for node in self.nodes if node.makes is None}

    def listed(self) -> Json:
        return {"id": self.id, "createdAt": _MADE.format(self.version), "version": self.version}

    def as_json(self) -> Json:
        edges = [
            {"id": f"{source.id}-{node.id}", "source": source.id, "sourceHandle": source.key, "target": node.id}
            for node in self.nodes
            for source in (self.inputs.values() if node.makes else ())
        ]
        graph = {"version": 1, "nodes": [node.as_json() for node in self.nodes], "edges": edges}
        told = {"name": self.name, "description": self.about, "updatedAt": _MADE.format(self.version)}
        return {**self.listed(), **told, "graph": graph}

    def problems(self, given: object) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Path and message of each problem of a run's `nodeOutputs`."""
        if not isinstance(given, dict):
            yield ("nodeOutputs",), "Expected an object."
            return
        for node_id, values in given.items():
            node = self.inputs.get(node_id)
            for key, one in values.items() if isinstance(values, dict) else (("", None),):
                member = {"primitive": "value"}.get(node.kind, "uri") if node is not None else ""
                if node is None or key != node.key:
                    yield ("nodeOutputs", node_id, key), "The graph has no such output."
                elif not isinstance(one, dict) or one.get("type") != node.kind or not one.get(member):
                    yield ("nodeOutputs", node_id, key), f"Expected a {node.kind} with a {member}."
        for node in self.inputs.values():
            if node.value is None and node.id not in given:
                yield ("nodeOutputs", node.id, node.key), "Required."

    def parts(self, given: Mapping[str, Any], chance: int) -> tuple[Magic, tuple[Part, ...]]:
        """What a run makes, each failing if its words say so; and what the first words ask of the whole run."""
        values = {
            node.name: given.get(node.id, {}).get(node.key, {}).get("value", node.value)
            for node in self.nodes
            if node.kind == "primitive"
        }
        whole, _ = read_magic(str(values[self.nodes[0].name]))
        parts: list[Part] = []
        for node in self.nodes:
            if node.makes is not None:
                magic, words = read_magic(str(values.get(node.words, "")))
                wishes = {"duration": values.get("Duration"), **node.settings, "model": node.makes[1]}
                recipe = replace(recipe_of(node.makes[0], wishes, words, None, chance), picture=len(parts))
                failure = None if node.words == self.nodes[0].name else magic.failure
                parts.append(Part(node=node.id, name=node.name, recipe=recipe, at=node.at, failure=failure))
        return whole, tuple(parts)


_PROMPT = Node(
    name="Prompt", key="prompt", about="What the pictures show.", value="Steel watch on wet travertine, hard noon sun"
)
_PICTURE = Node(name="Product picture", key="image", kind="image")
_HERO = Node(
    name="Hero still", key="image", kind="image", type="image-node", makes=("text_to_image", "gemini_image3_pro"),
    words="Prompt", at=0.3, settings={"ratio": "1024:1024"},
)  # fmt: skip
_TURN = Node(
    name="Turntable", key="video", kind="video", type="video-node", makes=("image_to_video", "seedance2"),
    words="Prompt", at=0.6, settings={"ratio": "1280:720"},
)  # fmt: skip
_TURNTABLE = (
    _PROMPT,
    _PICTURE,
    Node(name="Duration", key="number", about="Seconds of the turntable.", value=5),
    Node(name="Spoken line", key="prompt", about="Said by the voice.", value="Built for the deep."),
    Node(name="Color grade", key="lut", kind="lut", type="lut-node", value="neutral"),
    _HERO,
    _TURN,
    Node(
        name="Voice", key="audio", kind="audio", type="speech-node", makes=("text_to_speech", "eleven_multilingual_v2"),
        words="Spoken line", at=0.7,
    ),
    Node(
        name="Detail clip", key="video", kind="video", type="video-node", makes=("text_to_video", "gen4.5"),
        words="Prompt", settings={"duration": 5, "ratio": "1280:720"},
    ),
)  # fmt: skip
_ABOUT = "From one product picture: a hero still, a turntable clip, a detail clip and a spoken line."
DEMO_WORKFLOWS = (
    Workflow(name="Product turntable", version=4, about=_ABOUT, nodes=_TURNTABLE),
    Workflow(name="Product turntable", version=3, about=_ABOUT, nodes=(_PROMPT, _PICTURE, _HERO, _TURN)),
    Workflow(name="Plate to clip", version=2, about="", nodes=(_PROMPT, replace(_TURN, name="Clip"))),
)
"""Of every organization, newest version first."""


def listed() -> Json:
    """The answer to `GET /v1/workflows`."""
    names = dict.fromkeys(one.name for one in DEMO_WORKFLOWS)
    versions = {name: [one.listed() for one in DEMO_WORKFLOWS if one.name == name] for name in names}
    return {"data": [{"name": name, "versions": found} for name, found in versions.items()]}


def version_with(version_id: str) -> Workflow | None:
    return next((one for one in DEMO_WORKFLOWS if one.id == version_id), None)
