"""The part of a request that is shared with its result: names of its inputs, without local paths or links that give
access.

A file becomes `file:///NAME`, a link its host and the last part of its path, a data URI only its type. `shared` is
pure; `with_files_beside` blocks. Neither raises anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from runway_desktop.domain.secrecy import without_secrets
from runway_desktop.services.disk.disk_steps import sha256_of

from .sidecar import part_of

_SCHEMES = ("file", "http", "https", "runway", "data")


def shared(document: Mapping[str, Any]) -> dict[str, Any]:
    """A sidecar's document without private paths and links. Idempotent."""
    request, inputs = part_of(document, "request"), document.get("inputs")
    made = dict(document)
    if isinstance(request.get("values"), Mapping):
        made["request"] = {**request, "values": _changed(request["values"], _shared_text)}
    if isinstance(inputs, list | tuple):
        made["inputs"] = [_shared_input(item) for item in inputs]
    return made


def with_files_beside(document: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """A shared document whose inputs point to files in `folder` again: matched by name, and by hash if known."""
    inputs = document.get("inputs")
    hashes = {
        _last(str(item.get("path") or "")): str(item.get("sha256") or "")
        for item in (inputs if isinstance(inputs, list) else ())
        if isinstance(item, Mapping)
    }

    def found(text: str) -> str:
        if not text.startswith("file:///"):
            return text
        name = unquote(text.removeprefix("file:///"))
        if not name or _last(name) != name or name.startswith("."):
            return text
        return _found(folder / name, hashes.get(name, "")) or text

    request = part_of(document, "request")
    return {**document, "request": {**request, "values": _changed(part_of(request, "values"), found)}}


def _found(path: Path, sha256: str) -> str:
    """The file's URI; empty if it does not exist or has other bytes."""
    try:
        is_it = path.is_file() and (not sha256 or sha256_of(path) == sha256)
        return path.absolute().as_uri() if is_it else ""
    except (OSError, ValueError):
        return ""


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    match value:
        case str():
            return change(value)
        case Mapping():
            return {name: _changed(inner, change) for name, inner in value.items()}
        case list() | tuple():
            return [_changed(inner, change) for inner in value]
        case _:
            return value


def _shared_input(item: Any) -> Any:
    if not isinstance(item, Mapping):
        return item
    names = {"path": _last(str(item.get("path") or ""))} if "path" in item else {}
    links = {"link": _shared_text(str(item.get("link") or ""))} if "link" in item else {}
    return {**item, **names, **links}


def _shared_text(text: str) -> str:
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return "" if text.partition(":")[0].lower() in _SCHEMES else without_secrets(text)
    scheme = parts.scheme.lower()
    if scheme not in _SCHEMES or any(blank in text for blank in " \n\t"):
        # Plain text, which may still contain a link.
        return without_secrets(text)
    name = quote(_last(unquote(parts.path)))
    match scheme:
        case "file":
            return f"file:///{name}"
        case "data":
            return f"data:{parts.path.partition(';')[0].partition(',')[0]}"
        case "runway":
            return "runway://"
        case _:
            return f"{scheme}://{host}/{name}"


def _last(path: str) -> str:
    """The file name in a path of any system."""
    return PureWindowsPath(path).name if "\\" in path or path[1:2] == ":" else PurePosixPath(path).name
