"""A workflow's graph becomes a form, whatever the graph holds."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runway_desktop.catalog import Catalog, FieldKind, build_payload, validate
from runway_desktop.catalog.graph import LONGEST_TOLD, MOST_INPUTS, Version, read_version
from runway_desktop.domain.media import Media
from runway_desktop.domain.workflows.runs import MOST_NODES
from runway_desktop.simulator.workflows import DEMO_WORKFLOWS

LINK = "https://media.example.com/watch.png"
TURNTABLE = DEMO_WORKFLOWS[0]
IDS = {node.name: node.id for node in TURNTABLE.nodes}


def version_of(*nodes: Any, edges: Any = (), **more: Any) -> Version:
    graph = {"version": 1, "nodes": list(nodes), "edges": edges}
    found = read_version(json.dumps({"id": "v", "name": "W", "version": 1, "graph": graph} | more))
    assert found is not None
    return found


def node(key: str, value: object = None, kind: str = "primitive", name: str = "n", **more: Any) -> dict[str, Any]:
    told = {"type": kind, "label": name, "exposedToApp": True, "value": value} | more
    return {"id": name, "nodeType": "constant-node", "constantNodeType": key, "nodeOutputs": {key: told}}


def turntable() -> Version:
    found = read_version(json.dumps(TURNTABLE.as_json()))
    assert found is not None
    return found


def test_form_has_the_exposed_inputs_with_their_labels_and_defaults() -> None:
    version = turntable()
    fields = {field.label: field for field in version.pair.fields}

    assert version.pair.label == "Product turntable · v4"
    assert list(fields) == ["Prompt", "Product picture", "Duration", "Spoken line"]
    assert [field.kind for field in fields.values()] == [
        FieldKind.PROMPT, FieldKind.ASSET, FieldKind.NUMBER, FieldKind.TEXT,
    ]  # fmt: skip
    assert fields["Product picture"].media == {Media.IMAGE}
    assert [label for label, field in fields.items() if field.required] == ["Product picture"]
    assert (fields["Duration"].default, fields["Duration"].help) == (5, "Seconds of the turntable.")


def test_what_is_not_understood_is_listed_and_outputs_keep_their_names() -> None:
    version = turntable()
    assert [(one.label, one.type) for one in version.unknown] == [("Color grade", "lut-node")]
    assert [version.pair.nodes[one] for one in version.outputs] == ["Hero still", "Turntable", "Voice", "Detail clip"]


def test_body_names_each_changed_input_by_node_and_key() -> None:
    pair = turntable().pair
    picture = {"type": "image", "uri": LINK}
    values = {IDS["Prompt"]: "a watch", IDS["Product picture"]: picture, IDS["Duration"]: 6, IDS["Spoken line"]: " "}

    assert not validate(pair, values)
    assert build_payload(pair, values) == {
        "nodeOutputs": {
            IDS["Prompt"]: {"prompt": {"type": "primitive", "value": "a watch"}},
            IDS["Product picture"]: {"image": picture},
            IDS["Duration"]: {"number": {"type": "primitive", "value": 6}},
        }
    }
    assert [finding.path for finding in validate(pair, {})] == [(IDS["Product picture"],)]


def test_node_with_several_inputs_gives_each_its_own_field() -> None:
    both = node("prompt", "a") | {
        "nodeOutputs": {"prompt": {"value": "a"}, "loud": {"type": "primitive", "value": True}}
    }
    pair = version_of(both).pair
    assert [(field.name, field.kind) for field in pair.fields] == [
        ("n.prompt", FieldKind.PROMPT), ("n.loud", FieldKind.SWITCH),
    ]  # fmt: skip
    sent = build_payload(pair, {"n.prompt": "b", "n.loud": False})
    assert sent == {
        "nodeOutputs": {
            "n": {"prompt": {"type": "primitive", "value": "b"}, "loud": {"type": "primitive", "value": False}}
        }
    }


def test_hidden_inputs_and_what_others_feed_are_no_inputs() -> None:
    fed = node("prompt", "a", name="fed") | {"nodeType": "text-node"}
    version = version_of(node("prompt", "a", exposedToApp=False), fed, edges=[{"source": "n", "target": "fed"}])
    assert not version.pair.fields
    assert version.outputs == ("fed",)


BAD = [
    7, None, {}, {"id": 3}, {"id": "a"}, {"id": "a", "nodeOutputs": []}, {"id": "a", "nodeOutputs": {"prompt": 4}},
    {"id": "a", "nodeType": {}, "nodeOutputs": {"prompt": {"type": 9, "label": [], "description": 3, "value": {}}}},
    node("prompt", float("inf")), node("image", 5, kind="audio"), node("prompt", ["a"]), node("x" * 9_999, "a"),
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD)
def test_bad_node_costs_no_other_one_its_field(bad: Any) -> None:
    version = version_of(bad, node("prompt", "a", name="good"), edges=[bad, {"target": bad}, {"target": []}])
    assert "good" in version.pair.names


def test_cycle_hundreds_of_nodes_and_huge_texts_are_bounded() -> None:
    nodes = [node("prompt", "a" * 90_000, name=f"n{one}", label="b" * 90_000) for one in range(MOST_NODES + 100)]
    ring = [{"source": f"n{one}", "target": f"n{(one + 1) % 500}"} for one in range(500)]
    version = version_of(*nodes, edges=ring, description="c" * 90_000)
    assert len(version.pair.fields) == MOST_INPUTS
    assert len(version.unknown) == MOST_NODES - MOST_INPUTS
    assert len(version.about) == LONGEST_TOLD
    assert version.pair.fields[0].default is None
    assert not version.pair.fields[0].required


@pytest.mark.parametrize("text", ["", "[]", "3", "{}", '{"id": 4}', '{"id": ""}', "[" * 100_000, '{"id":'])
def test_what_is_no_version_is_none(text: str) -> None:
    assert read_version(text) is None


@pytest.mark.parametrize("graph", [None, [], {"nodes": 3, "edges": "a"}, {"nodes": {"a": 1}}])
def test_version_without_a_graph_has_an_empty_form(graph: Any) -> None:
    version = version_of(graph=graph, name=None, version="x", description=5)
    assert (version.pair.fields, version.pair.label) == ((), "Unnamed workflow · v0")


def test_learned_pairs_are_replaced_but_stay_known() -> None:
    catalog, version = Catalog.load(), turntable()
    assert "workflow" not in [endpoint.name for endpoint in catalog.endpoints]

    catalog.learn("workflow", [version.pair])
    assert catalog.pair("workflow", version.id) is version.pair
    assert version.pair in list(catalog.pairs())
    assert catalog.address("workflow", version.id) == f"workflows/{version.id}"

    catalog.learn("workflow", [])
    assert version.pair not in list(catalog.pairs())
    assert catalog.pair("workflow", version.id) is version.pair
