"""The catalog against the official SDK: the same names, the same types, and the same JSON on the wire.

pydantic checks our bodies against the SDK's own TypedDicts, made strict: no unknown member, no conversion. Then the
unmodified client sends the same request through a transport of ours, and its body is compared with what we build.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Union, get_args, get_origin

import httpx
import pydantic
import pytest
import typing_extensions as te
from runwayml import RunwayML

from runway_desktop.catalog import Catalog, build_payload, validate
from runway_desktop.catalog.resource_path import resource
from tests.rigs.samples_of_requests import fullest, smallest
from tests.rigs.sdk_types import _bare, _strict, method_of

GENERATOR = Path(__file__).resolve().parents[2] / "packaging" / "update_catalog.py"
TASK_ID = "17f20503-6c24-4c16-946b-35dbbce2af2f"
CATALOG = Catalog.load()
PAIRS = {f"{pair.endpoint}-{pair.model}": pair for pair in CATALOG.pairs()}


@pytest.fixture(scope="module")
def generator() -> Iterator[ModuleType]:
    sys.path.insert(0, str(GENERATOR.parent))
    try:
        spec = importlib.util.spec_from_file_location("update_catalog", GENERATOR)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield module
    finally:
        sys.path.remove(str(GENERATOR.parent))
        for helper in ("sdk_types", "sdk_wording"):
            sys.modules.pop(helper, None)


@pytest.fixture(scope="module")
def types(generator: ModuleType) -> dict[tuple[str, str], Any]:
    """The SDK's parameter type of each pair."""
    found = {}
    for path, params in generator.generation_endpoints():
        name = path.removeprefix("/v1/")
        if name.startswith("recipes/"):
            name = name.removeprefix("recipes/")
            found[name, name] = params
            continue
        for typed_dict in generator.union_members(params):
            (model,) = get_args(_bare(te.get_type_hints(typed_dict)["model"]))
            found[name, model] = typed_dict
    return found


@pytest.fixture(scope="module")
def sent() -> list[tuple[str, Any]]:
    """What reaches the transport: path and JSON body of each request, in order."""
    return []


@pytest.fixture(scope="module")
def sdk(sent: list[tuple[str, Any]]) -> Iterator[RunwayML]:
    def answer(request: httpx.Request) -> httpx.Response:
        sent.append((request.url.path, json.loads(request.content)))
        return httpx.Response(200, json={"id": TASK_ID, "estimatedCost": {"credits": 1}})

    with (
        httpx.Client(transport=httpx.MockTransport(answer)) as transport,
        RunwayML(
            api_key="key_test", http_client=transport, max_retries=0, base_url="https://sdk.example.com"
        ) as client,
    ):
        yield client


def test_catalog_holds_every_endpoint_and_field_of_the_sdk(types: dict[tuple[str, str], Any]) -> None:
    pairs = list(PAIRS.values())
    fields = {field.name for pair in pairs for field in pair.fields}

    assert CATALOG.version == "5.24.0"
    assert len(CATALOG.endpoints) == 22
    assert len(pairs) == 106
    assert len({pair.model for pair in pairs}) == 69
    assert len(fields | {"model", "version"}) == 93
    assert {(pair.endpoint, pair.model) for pair in pairs} == set(types)


def test_committed_catalog_is_what_the_generator_writes(generator: ModuleType) -> None:
    assert resource("catalog.json").read_text(encoding="utf-8") == generator.render(generator.build())


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("form", [None, 0, 1, 2], ids=["smallest", "fullest", "second form", "third form"])
def test_sdk_accepts_and_sends_our_requests_unchanged(
    name: str, form: int | None, types: dict[tuple[str, str], Any], sdk: RunwayML, sent: list[tuple[str, Any]]
) -> None:
    pair = PAIRS[name]
    values = smallest(pair) if form is None else fullest(pair, form)
    body = build_payload(pair, values)
    typed_dict = types[pair.endpoint, pair.model]

    assert validate(pair, values) == ()
    pydantic.TypeAdapter(_strict(typed_dict)).validate_json(json.dumps(body))
    method_of(sdk, pair)(**_python_names(typed_dict, body))
    assert sent[-1] == (f"/v1/{CATALOG.address(pair.endpoint, pair.model)}", body)


@pytest.mark.parametrize("kind", ["video", "image", "audio"])
@pytest.mark.parametrize("form", [None, 0, 1], ids=["smallest", "fullest", "second form"])
def test_sdk_accepts_our_requests_to_a_router(kind: str, form: int | None, generator: ModuleType) -> None:
    pair = CATALOG.pair(f"generate_{kind}", "")
    assert pair is not None
    values = smallest(pair) if form is None else fullest(pair, form)

    assert validate(pair, values) == ()
    pydantic.TypeAdapter(_strict(dict(generator.routed())[kind])).validate_json(json.dumps(values))


@pytest.mark.parametrize("name", PAIRS)
def test_catalog_requires_exactly_what_the_sdk_requires(name: str, types: dict[tuple[str, str], Any]) -> None:
    """Leaving out any one required member is refused by the SDK's types and by us; the others may be left out."""
    pair = PAIRS[name]
    adapter = pydantic.TypeAdapter(_strict(types[pair.endpoint, pair.model]))
    full = fullest(pair)
    for field in pair.fields:
        if field.alone or field.name not in full:
            continue
        less = {key: value for key, value in full.items() if key != field.name}
        missing = [finding for finding in validate(pair, less) if finding.path == (field.name,)]
        assert bool(missing) == field.required == _refuses(adapter, build_payload(pair, less))


@pytest.mark.parametrize("name", PAIRS)
def test_wrong_types_and_unknown_fields_are_refused_by_catalog_and_sdk(
    name: str, types: dict[tuple[str, str], Any]
) -> None:
    pair = PAIRS[name]
    adapter = pydantic.TypeAdapter(_strict(types[pair.endpoint, pair.model]))
    for field in pair.fields:
        wrong = {**smallest(pair), field.name: {"no": "such"}}
        if _refuses(adapter, build_payload(pair, wrong)):
            assert any(finding.path[0] == field.name for finding in validate(pair, wrong)), field.name
    unknown = {**smallest(pair), "noSuchSetting": 1}
    assert _refuses(adapter, build_payload(pair, unknown))
    assert [finding.path for finding in validate(pair, unknown)] == [("noSuchSetting",)]


# The SDK's types, made strict


def _python_names(hint: Any, value: Any) -> Any:
    """The same value with the SDK's own argument names, which is how its user writes it."""
    hint = _bare(hint)
    if get_origin(hint) is Union:
        parts = [part for part in get_args(hint) if _could_hold(part, value)]
        return _python_names(parts[0], value) if parts else value
    if te.is_typeddict(hint) and isinstance(value, Mapping):
        named = {}
        for python_name, member in te.get_type_hints(hint, include_extras=True).items():
            named[_wire_name(python_name, member)] = (python_name, member)
        return {named[key][0]: _python_names(named[key][1], inner) for key, inner in value.items()}
    if isinstance(value, list) and get_args(hint):
        return [_python_names(get_args(hint)[0], inner) for inner in value]
    return value


def _could_hold(hint: Any, value: Any) -> bool:
    hint = _bare(hint)
    if te.is_typeddict(hint):
        return isinstance(value, Mapping) and not _refuses(pydantic.TypeAdapter(_strict(hint)), value)
    return isinstance(value, list) == (getattr(get_origin(hint), "__name__", "") in ("Iterable", "SequenceNotStr"))


def _wire_name(python_name: str, hint: Any) -> str:
    while get_origin(hint) in (te.Required, te.NotRequired):
        hint = get_args(hint)[0]
    aliases = [extra.alias for extra in getattr(hint, "__metadata__", ()) if getattr(extra, "alias", None)]
    return aliases[0] if aliases else python_name


def _refuses(adapter: pydantic.TypeAdapter[Any], body: object) -> bool:
    try:
        adapter.validate_json(json.dumps(body))
    except pydantic.ValidationError:
        return True
    return False
