"""Programs learn the organization's workflows as models with names, and their inputs with the names given there."""

from __future__ import annotations

import json

from runway_desktop.catalog import Catalog
from runway_desktop.catalog.graph import read_version
from runway_desktop.simulator.workflows import DEMO_WORKFLOWS
from runway_desktop.usecases.clients import verbs
from runway_desktop.usecases.clients.model_answer import models_answer

TURNTABLE = DEMO_WORKFLOWS[0]


def test_workflow_is_a_model_with_its_name_and_the_names_of_its_inputs() -> None:
    catalog, version = Catalog.load(), read_version(json.dumps(TURNTABLE.as_json()))
    assert version is not None
    catalog.learn("workflow", [version.pair])

    told = models_answer(catalog, lambda _: None, verbs.ModelsWanted(endpoint="workflow", model=TURNTABLE.id))
    [endpoint], [model] = told.endpoints, told.models or []
    assert (endpoint.models, endpoint.labels) == ([TURNTABLE.id], ["Product turntable · v4"])
    assert [(field.label, field.required) for field in model.fields] == [
        ("Prompt", False), ("Product picture", True), ("Duration", False), ("Spoken line", False),
    ]  # fmt: skip
    others = models_answer(catalog, lambda _: None, verbs.ModelsWanted(endpoint="text_to_video"))
    assert others.endpoints[0].labels is None
