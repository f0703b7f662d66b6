"""Validation of requests: the `issues` of a 400, and the key and version that every request must have.

Validity is decided by the catalog, except for uploads, which are checked here. Pure; findings are returned as values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from runway_desktop.catalog import Catalog, validate
from runway_desktop.values import Struct

API_VERSION = "2024-11-06"
DOCS = "https://docs.dev.runwayml.com/api"
_SECRET = re.compile(r"key_[0-9a-f]{128}")

Path = tuple[str | int, ...]


class Issue(Struct, frozen=True):
    """One problem of a request: where and what, in words."""

    path: Path
    message: str
    code: str = "custom"

    def as_json(self) -> dict[str, object]:
        return {"code": self.code, "path": list(self.path), "message": self.message}


def issues_of(catalog: Catalog, endpoint: str, body: object, is_uploaded: Callable[[str], bool]) -> tuple[Issue, ...]:
    """All problems of a create; empty if it is valid. `is_uploaded` tells whether a `runway://` URI is known."""
    if not isinstance(body, dict):
        return (Issue((), "Expected an object.", "invalid_type"),)
    model = body.get("model")
    if not isinstance(model, str):
        return (Issue(("model",), "Required.", "invalid_type"),)
    pair = catalog.pair(endpoint, model)
    if pair is None:
        found = catalog.endpoint(endpoint)
        models = ", ".join(found.models) if found else ""
        return (Issue(("model",), f"Invalid model. Expected one of: {models}.", "invalid_union_discriminator"),)
    findings = [Issue(tuple(finding.path), finding.message) for finding in validate(pair, body, local_files=False)]
    named = {issue.path for issue in findings}
    findings += [issue for issue in _upload_issues(body, (), is_uploaded) if issue.path not in named]
    return tuple(findings)


def secret_in(authorization: str | None) -> str:
    """The secret in an Authorization header; empty if there is none."""
    scheme, _, secret = (authorization or "").partition(" ")
    return secret if scheme.lower() == "bearer" else ""


def refusal_of_headers(
    authorization: str | None, version: str | None, also: Callable[[str], bool]
) -> tuple[int, str] | None:
    """Status and message of a request refused by its headers; None if it passes. `also` tells which secrets are
    accepted without the usual form of a key."""
    secret = secret_in(authorization)
    if not secret or not (_SECRET.fullmatch(secret) or also(secret)):
        return 401, "Your API key is invalid, disabled, or belongs to a suspended account."
    if version != API_VERSION:
        return 400, f"The header X-Runway-Version has to be {API_VERSION}."
    return None


def _upload_issues(value: object, path: Path, is_uploaded: Callable[[str], bool]) -> Iterator[Issue]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _upload_issues(inner, (*path, str(name)), is_uploaded)
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _upload_issues(inner, (*path, position), is_uploaded)
    elif isinstance(value, str) and value.startswith("runway://") and not is_uploaded(value):
        yield Issue(path, "This upload does not exist or has expired. Upload the file again.")
