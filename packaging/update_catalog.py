"""Writes `resources/catalog.json` from the installed official SDK: every generation endpoint, model and field.

    python packaging/update_catalog.py            write the file
    python packaging/update_catalog.py --check    say whether the file is what the SDK would give; exit 1 if not
    python packaging/update_catalog.py --gaps     list the fields whose bounds the descriptions do not state

Names, choices, what is required and how things nest come from the SDK's types (`sdk_types.py`); bounds, lengths and
defaults from the regular wording of its field descriptions (`sdk_wording.py`). Only facts are kept, no sentence. The
result is the same for the same SDK, byte for byte. Raises `CatalogError` when the SDK is built in a way this program
does not know.
"""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import sdk_wording as wording
import typing_extensions as te
from sdk_types import Member, is_list, members, union_members

TARGET = Path(__file__).resolve().parent.parent / "resources" / "catalog.json"
ASSET_KINDS = ("asset", "assets")
PROMPT_NAMES = ("promptText", "prompt", "text", "userConcept")
MAKES = {
    "audio": "audio",
    "speech": "audio",
    "sound": "audio",
    "voice": "audio",
    "image": "image",
    "localization": "image",
}
# Items that the SDK leaves open ("object") are given the shape that the same field has on other models.
OPEN_ITEMS = object
RECIPES = "/v1/recipes/"
WORKFLOWS = "/v1/workflows/{model}"
# The newest dated version of the recipes whose prices are known (`prices.json`). "unsafe-latest" may change any day.
RECIPE_VERSION = "2026-06"
# Members that tell what an input is used as.
POSITION_NAMES = ("position", "role")
# What the types lack, by endpoint and field: the API's public description and the recipes' pages, August 2026.
LACKING: dict[tuple[str, str], dict[str, Any]] = {
    ("multi_shot_video", "prompt"): {"min_length": 1, "max_length": 2_500},
    ("multi_shot_video", "shots.prompt"): {"min_length": 3, "max_length": 512},
    ("multi_shot_video", "shots.duration"): {"minimum": 1, "maximum": 15},
    ("multi_shot_video", "audio"): {"default": True},
    ("product_ad", "productInfo"): {"max_length": 2_500},
    ("product_ad", "userConcept"): {"max_length": 3_500},
    ("product_campaign_image", "prompt"): {"min_length": 1, "max_length": 3_500},
    ("product_ugc", "productInfo"): {"max_length": 2_500},
    ("product_ugc", "userConcept"): {"max_length": 3_500},
    ("generate_audio", "promptText"): {"max_length": 5_000},
    ("generate_audio", "duration"): {"minimum": 0.5, "maximum": 30},
    ("generate_audio", "referenceAudios"): {"max_length": 3},
    ("generate_audio", "voice.audioUri"): {"seconds": [1, 30]},
}

FieldFacts = dict[str, Any]


class CatalogError(Exception):
    """The SDK declares something in a way that this generator does not understand."""


# From a type to a field


def field(member: Member, siblings: Siblings) -> FieldFacts:
    facts = shape(member, siblings)
    # A member of an asset item with a single allowed value is included, but offers no choice.
    facts = {"name": member.name, "kind": facts.pop("kind"), "required": member.required, **facts}
    kind = facts["kind"]
    text = member.text
    if kind in ("integer", "number"):
        low, high = wording.number_bounds(text)
        _put(facts, minimum=low, maximum=high)
    if kind in ("prompt", "text"):
        low, high = wording.text_lengths(text)
        _put(facts, min_length=low, max_length=high, pattern=wording.text_pattern(text))
    if kind in ("assets", "objects", "texts"):
        low, high = wording.item_counts(text)
        _put(facts, min_length=low, max_length=high)
    if kind == "texts":
        _put(facts, pattern=wording.text_pattern(text))
    if kind in (*ASSET_KINDS, "objects"):
        facts.update(wording.media_facts(text))
    if old := [choice for choice in facts.get("choices", []) if choice in wording.deprecated_choices(text)]:
        facts["choices"] = [choice for choice in facts["choices"] if choice not in old]
        facts["deprecated"] = old
    _put(facts, default=wording.default_value(text, kind, facts.get("choices", [])))
    facts.update(wording.conditions(text))
    return facts


def shape(member: Member, siblings: Siblings) -> FieldFacts:
    """Kind and structure of a field, before the description is read for bounds."""
    parts = union_members(member.type)
    literals = member.in_order([choice for part in parts if get_origin(part) is Literal for choice in get_args(part)])
    others = [part for part in parts if get_origin(part) is not Literal]
    media = wording.media_kinds(member.text)
    if not others:
        return {"kind": "choice", "choices": literals}
    if literals and len(others) == 1 and others[0] in (int, float):
        return {"kind": "integer" if others[0] is int else "number", "choices": literals}
    if literals and others == [str]:
        return {"kind": "choice", "choices": literals, "open": True}
    if literals:
        return {"kind": "json"}
    lists = [part for part in others if is_list(part)]
    if lists:
        bare = str in others
        if len(lists) != 1 or len(others) != 1 + bare:
            return {"kind": "json"}
        return list_shape(member, get_args(lists[0])[0], bare, siblings)
    if all(te.is_typeddict(part) for part in others):
        return object_shape(others, siblings)
    if len(others) != 1:
        return {"kind": "json"}
    return scalar_shape(member.name, others[0], media, member.text)


def scalar_shape(name: str, hint: Any, media: list[str], text: str) -> FieldFacts:
    if hint is bool:
        return {"kind": "switch"}
    if hint is int:
        return {"kind": "integer"}
    if hint is float:
        return {"kind": "number"}
    if hint is str and media:
        return _put({"kind": "asset", "media": media}, data_uri_megabytes=wording.data_uri_megabytes(text))
    if hint is str:
        return {"kind": "prompt" if name in PROMPT_NAMES else "text"}
    return {"kind": "json"}


def list_shape(member: Member, item: Any, bare: bool, siblings: Siblings) -> FieldFacts:
    if item is str:
        media = wording.media_kinds(member.text) or media_by_name(member.name)
        return {"kind": "assets", "media": media} if media else {"kind": "texts"}
    if item is OPEN_ITEMS:
        known = siblings.shape_of(member)
        return {**known, "assumed": True} if known else {"kind": "json"}
    parts = union_members(item)
    if not all(te.is_typeddict(part) for part in parts):
        return {"kind": "json"}
    facts = object_shape(parts, siblings)
    plural = {"asset": "assets", "object": "objects"}[facts["kind"]]
    return {**facts, "kind": plural, **({"bare": True} if bare else {})}


def object_shape(parts: list[Any], siblings: Siblings) -> FieldFacts:
    """An object, an asset inside an object, or objects told apart by a tag or by the member they have."""
    variants = [[field(member, siblings) for member in members(part)] for part in parts]
    tags = [next((f for f in fields if _constant(f)), None) for fields in variants]
    assets = [[f for f in fields if f["kind"] == "asset"] for fields in variants]
    rest = [[f for f in fields if f["kind"] != "asset" and not _constant(f)] for fields in variants]
    one_asset = all(len(found) == 1 for found in assets) and _same([f[0]["name"] for f in assets])
    if one_asset and (not any(rest) or (len(parts) == 1 and all(_plain(f) for f in rest[0]))):
        return asset_object(assets, tags, rest[0])
    if all(tag is not None for tag in tags):
        named = [
            {"tag": tag["choices"][0], "fields": [f for f in fields if f is not tag]}
            for tag, fields in zip(tags, variants, strict=True)
            if tag is not None
        ]
        return {"kind": "object", "tag_key": tags[0]["name"] if tags[0] else None, "variants": named}
    if len(parts) == 1:
        return {"kind": "object", "fields": variants[0]}
    names = [{f["name"] for f in fields if f["required"]} for fields in variants]
    shared = set.intersection(*names)
    marks = [sorted(own - shared) for own in names]
    if not all(len(mark) == 1 for mark in marks):
        raise CatalogError(f"cannot tell {[part.__name__ for part in parts]} apart")
    return {
        "kind": "object",
        "variants": [{"tag": mark[0], "fields": fields} for mark, fields in zip(marks, variants, strict=True)],
    }


def asset_object(assets: list[list[FieldFacts]], tags: list[FieldFacts | None], rest: list[FieldFacts]) -> FieldFacts:
    facts: FieldFacts = {"kind": "asset", "media": sorted({kind for f in assets for kind in f[0]["media"]})}
    facts["uri_key"] = assets[0][0]["name"]
    _put(facts, data_uri_megabytes=assets[0][0].get("data_uri_megabytes"))
    if tags[0] is not None:
        facts["tag_key"] = tags[0]["name"]
        facts["tags"] = {
            kind: tag["choices"][0] for f, tag in zip(assets, tags, strict=True) if tag for kind in f[0]["media"]
        }
    for extra in rest:
        if extra["name"] in POSITION_NAMES:
            facts["position_key"] = extra["name"]
            facts["positions"] = extra["choices"]
            facts["position_required"] = extra["required"]
    if more := [extra for extra in rest if extra["name"] not in POSITION_NAMES]:
        facts["fields"] = more
    return facts


def media_by_name(name: str) -> list[str]:
    return [kind for kind in ("audio", "image", "video") if kind in name.lower()]


class Siblings:
    """Shapes of the list fields that are declared in full, for the few that other models leave open."""

    def __init__(self, typed_dicts: list[Any]) -> None:
        self._known: list[tuple[str, str, str]] = []
        for typed_dict in typed_dicts:
            for member in members(typed_dict):
                facts = shape(member, self)
                if facts["kind"] == "assets":
                    self._known.append((member.name, member.text, json.dumps(facts, sort_keys=False)))

    def shape_of(self, member: Member) -> FieldFacts | None:
        """The shape that most models give the field: those that describe it in the same words, else all."""
        named = [(text, known) for name, text, known in self._known if name == member.name]
        alike = [known for text, known in named if text == member.text] or [known for _, known in named]
        if not alike:
            return None
        ranked = sorted(Counter(alike).items(), key=lambda pair: (-pair[1], pair[0]))
        shape_facts: FieldFacts = json.loads(ranked[0][0])
        return shape_facts


# From the SDK to the catalog


def generation_endpoints() -> Iterator[tuple[str, Any]]:
    """Path and parameter type of each `create` and each recipe."""
    folder = Path(str(importlib.import_module("runwayml.resources").__file__)).parent
    for source in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("Async"):
                for method in node.body:
                    if isinstance(method, ast.FunctionDef) and (method.name == "create" or source.stem == "recipes"):
                        yield from _posted(method)


def _posted(method: ast.FunctionDef) -> Iterator[tuple[str, Any]]:
    names = {node.id for node in ast.walk(method) if isinstance(node, ast.Name)}
    paths = [n.value for n in ast.walk(method) if isinstance(n, ast.Constant) and str(n.value).startswith("/v1/")]
    params = [n for n in ast.walk(method) if isinstance(n, ast.Attribute) and n.attr.endswith("Params")]
    if "create_waitable_resource" in names and paths and params and isinstance(params[0].value, ast.Name):
        module = importlib.import_module(f"runwayml.types.{params[0].value.id}")
        yield str(paths[0]), getattr(module, params[0].attr)


def build() -> dict[str, Any]:
    """The catalog as JSON values."""
    endpoints: list[dict[str, Any]] = []
    pairs: list[dict[str, Any]] = []
    for path, params in generation_endpoints():
        name = path.removeprefix(RECIPES).removeprefix("/v1/")
        unions = union_members(params)
        siblings = Siblings(unions)
        models: list[str] = []
        takes: set[str] = set()
        if path.startswith(RECIPES):
            own = recipe(path, [[field(member, siblings) for member in members(form)] for form in unions])
            takes.update(kind for f in own for kind in _all_media(f))
            models.append(name)
            pairs.append({"endpoint": name, "model": name, "fixed": {"version": RECIPE_VERSION}, "fields": own})
            unions = []
        for typed_dict in unions:
            fields = [field(member, siblings) for member in members(typed_dict)]
            model = next((f for f in fields if f["name"] == "model"), None)
            if model is None or not model["required"]:
                raise CatalogError(f"{typed_dict.__name__} of {path} does not name its model")
            own = [f for f in fields if f is not model]
            _drop_unknown_conditions(own)
            takes.update(kind for f in own for kind in _all_media(f))
            for choice in model["choices"]:
                models.append(choice)
                pairs.append({"endpoint": name, "model": choice, "fields": own})
        if len(set(models)) != len(models):
            raise CatalogError(f"{path} names a model twice")
        endpoints.append({"name": name, "path": path, "makes": makes(name), "takes": sorted(takes), "models": models})
    for kind, params in routed():
        own = [field(member, Siblings([params])) for member in members(params)]
        name, takes = f"generate_{kind}", {media for facts in own for media in _all_media(facts)}
        found = {"name": name, "path": f"/v1/generate/{kind}", "makes": kind, "takes": sorted(takes), "models": []}
        endpoints.append(found)
        pairs.append({"endpoint": name, "model": "", "fields": own})
    endpoints.append(
        {"name": "workflow", "path": WORKFLOWS, "makes": "other", "takes": ["audio", "image", "video"], "models": []}
    )
    for pair in pairs:
        _complete(pair["endpoint"], pair["fields"])
    return {"sdk": importlib.metadata.version("runwayml"), "endpoints": endpoints, "pairs": pairs}


def recipe(path: str, forms: list[list[FieldFacts]]) -> list[FieldFacts]:
    """The fields of a recipe without its version. Of several forms, told apart by a choice with one value in each, a
    field that is not in all applies only with that choice."""
    merged: dict[str, FieldFacts] = {}
    names = [{facts["name"] for facts in fields} for fields in forms]
    for fields in forms:
        told = next((f for f in fields if len(forms) > 1 and f["required"] and len(f.get("choices", ())) == 1), None)
        for facts in fields:
            if told is not None and facts["name"] not in set.intersection(*names):
                facts["only_when"] = {"field": told["name"], "values": list(told["choices"])}
            known = merged.setdefault(facts["name"], facts)
            if facts is told is not known:
                known["choices"] += told["choices"]
    if RECIPE_VERSION not in merged.pop("version")["choices"]:
        raise CatalogError(f"{path} has no version {RECIPE_VERSION}")
    return list(merged.values())


def routed() -> Iterator[tuple[str, Any]]:
    """What a router makes, with the type of its input: the model is one of the organization's routers."""
    for kind in ("video", "image", "audio"):
        yield kind, importlib.import_module(f"runwayml.types.generate.{kind}_create_params").Input


def makes(name: str) -> str:
    """The kind of the result, told by the endpoint's name: what stands after `to`, else its nouns."""
    words = name.partition("_to_")[2].split("_") if "_to_" in name else name.split("_")
    return next((MAKES[word] for word in words if word in MAKES), "video")


def render(catalog: dict[str, Any]) -> str:
    """JSON text with one field to a line, so that a change of the SDK reads well as a difference."""

    def one(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)

    lines = ["{", f' "sdk": {one(catalog["sdk"])},', ' "endpoints": [']
    lines.append(",\n".join(f"  {one(endpoint)}" for endpoint in catalog["endpoints"]))
    lines += [" ],", ' "pairs": [']
    pairs = []
    for pair in catalog["pairs"]:
        fields = ",\n".join(f"   {one(facts)}" for facts in pair["fields"])
        head = ", ".join(f"{one(name)}: {one(value)}" for name, value in pair.items() if name != "fields")
        pairs.append(f'  {{{head}, "fields": [\n{fields}\n  ]}}')
    lines.append(",\n".join(pairs))
    lines += [" ]", "}", ""]
    return "\n".join(lines)


def gaps(catalog: dict[str, Any]) -> Iterator[str]:
    """Fields for which the descriptions state no bound, or that the generator does not understand."""
    for pair in catalog["pairs"]:
        for facts in pair["fields"]:
            where = f"{pair['endpoint']} {pair['model']} {facts['name']}"
            if facts["kind"] == "json":
                yield f"{where}: shape not understood"
            if facts["kind"] in ("integer", "number") and "maximum" not in facts:
                yield f"{where}: no bounds"
            if facts["kind"] == "prompt" and "max_length" not in facts:
                yield f"{where}: no length"
            if facts["kind"] in ("assets", "objects", "texts") and "max_length" not in facts:
                yield f"{where}: no greatest number of items"
            if facts.get("assumed"):
                yield f"{where}: items are not declared, their shape is taken from other models"


def main(arguments: list[str]) -> int:
    catalog = build()
    if "--gaps" in arguments:
        sys.stdout.write("\n".join(gaps(catalog)) + "\n")
        return 0
    text = render(catalog)
    if "--check" in arguments:
        return 0 if TARGET.exists() and TARGET.read_text(encoding="utf-8") == text else 1
    TARGET.write_text(text, encoding="utf-8", newline="\n")
    return 0


def _put(facts: FieldFacts, **more: Any) -> FieldFacts:
    facts.update({key: value for key, value in more.items() if value is not None})
    return facts


def _complete(endpoint: str, fields: list[FieldFacts], above: str = "") -> None:
    for facts in fields:
        facts.update(LACKING.get((endpoint, f"{above}{facts['name']}"), {}))
        inner = [*facts.get("fields", []), *(one for form in facts.get("variants", []) for one in form["fields"])]
        _complete(endpoint, inner, f"{above}{facts['name']}.")


def _drop_unknown_conditions(fields: list[FieldFacts]) -> None:
    """A description is shared between models, and may speak of a field that this one does not have."""
    names = {facts["name"] for facts in fields}
    for facts in fields:
        if not names.issuperset(facts.get("requires", [])):
            del facts["requires"]
        if facts.get("only_when", {}).get("field", facts["name"]) not in names:
            del facts["only_when"]


def _constant(facts: FieldFacts) -> bool:
    return facts["kind"] == "choice" and facts["required"] and len(facts["choices"]) == 1 and facts["name"] == "type"


def _plain(facts: FieldFacts) -> bool:
    return facts["kind"] in ("choice", "text") and (not facts["required"] or facts["name"] in POSITION_NAMES)


def _same(values: list[Any]) -> bool:
    return len(set(values)) == 1


def _all_media(facts: FieldFacts) -> set[str]:
    found = set(facts.get("media", []))
    for inner in facts.get("fields", []):
        found |= _all_media(inner)
    for variant in facts.get("variants", []):
        for inner in variant["fields"]:
            found |= _all_media(inner)
    return found


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
