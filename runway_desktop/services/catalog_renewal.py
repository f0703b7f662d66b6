"""Replaces the catalog by a newer file without a release of the program.

The file is validated, copied into the profile's folder, and used at once and at each later start, until the program
ships a newer one or the person restores the built-in one. Files are read and written in the executor. `renew` raises
NotPossible for a file that is no catalog or an older one, DiskError for one that cannot be read or stored. Loop's
thread only, except `in_use`, which blocks.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from runway_desktop.catalog import Catalog, CatalogError, Field, FieldKind
from runway_desktop.domain.errors import DiskError, NotPossible
from runway_desktop.texts import Text
from runway_desktop.values import Struct

from .disk.disk_steps import write_whole
from .disk.disk_threads import in_worker
from .disk.disk_words import worded
from .settings import Settings

log = logging.getLogger(__name__)

IN_USE = "catalog.in_use"
"""Setting that announces which catalog is in use."""
LARGEST = 16 * 1024 * 1024
"""Bytes. The built-in catalog has half a megabyte."""
_VERSION = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9}){1,3}")


class Renewal(Struct, frozen=True):
    """Result of a renewal: the version now in use, and the numbers of models added and removed."""

    version: str
    added: int
    gone: int


class CatalogRenewal:
    """`catalog` is the shared object; a renewal changes it in place. `kept` is the path of the stored catalog."""

    def __init__(self, catalog: Catalog, kept: Path, settings: Settings, executor: Executor | None = None) -> None:
        self._catalog = catalog
        self._kept = kept
        self._settings = settings
        self._executor = executor
        self.is_built_in = not kept.exists()

    async def renew(self, path: Path, content: bytes | None = None) -> Renewal:
        """Uses the catalog in the file from now on. `content`: the file's bytes, if already read."""
        found, text = await in_worker(self._executor, read_catalog, path, content)
        if _order(found.version) < _order(self._catalog.version):
            raise NotPossible(
                Text("This catalog (SDK {version}) is older than the one in use ({used}).").with_(
                    version=found.version, used=self._catalog.version
                ),
                advice=Text("Choose a newer one."),
            )
        await in_worker(self._executor, _keep, self._kept, text)
        return self._become(found, is_built_in=False)

    async def use_built_in(self) -> Renewal:
        """Restores the catalog that the program ships."""
        built_in = await in_worker(self._executor, Catalog.load)
        await in_worker(self._executor, _forget, self._kept)
        return self._become(built_in, is_built_in=True)

    def _become(self, found: Catalog, *, is_built_in: bool) -> Renewal:
        before, after = _pairs(self._catalog), _pairs(found)
        self._catalog.become(found)
        self.is_built_in = is_built_in
        self._settings.set(IN_USE, {"version": found.version, "built_in": is_built_in, "pairs": len(after)})
        return Renewal(found.version, added=len(after - before), gone=len(before - after))


def in_use(kept: Path) -> Catalog:
    """The catalog to start with: the stored one if newer than the shipped one, else the shipped one. Blocks. Raises
    CatalogError only if the shipped one is missing."""
    shipped = Catalog.load()
    if not kept.exists():
        return shipped
    try:
        found, _ = read_catalog(kept)
    except (NotPossible, DiskError) as error:
        log.warning("The renewed catalog cannot be used: %s", error)
        return shipped
    if _order(found.version) > _order(shipped.version):
        return found
    with contextlib.suppress(OSError):
        # The program ships the same version or a newer one.
        kept.unlink()
    return shipped


_WHICH_CATALOG = Text("Choose the file catalog.json of a newer version of this program.")


def _no_catalog(path: Path) -> Text:
    return Text("“{file}” is not a catalog of models that this program can use.").with_(file=path.name)


def claims_to_be_catalog(head: bytes) -> bool:
    """Whether a JSON file starts like a catalog: with the SDK's version. Looks at the first bytes only and validates
    nothing."""
    return re.match(rb'\s*\{\s*"sdk"\s*:', head) is not None and b'"endpoints"' in head


def read_catalog(path: Path, content: bytes | None = None) -> tuple[Catalog, bytes]:
    """The catalog in a file, validated, and its text. Blocks."""
    with worded(Text("“{file}” cannot be read.").with_(file=path.name)):
        if path.stat().st_size > LARGEST:
            raise NotPossible(Text("“{file}” is too large to be a catalog.").with_(file=path.name))
        text = path.read_bytes() if content is None else content
    try:
        facts = json.loads(text)
        found = Catalog(facts)
        _check(found, facts)
    except CatalogError as error:
        raise NotPossible(_no_catalog(path), advice=_WHICH_CATALOG, detail=str(error)) from error
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise NotPossible(_no_catalog(path), advice=_WHICH_CATALOG, detail=repr(error)) from error
    return found, text


def _check(found: Catalog, facts: Mapping[str, Any]) -> None:
    """Raises CatalogError with what is missing or wrong."""
    if not _VERSION.fullmatch(facts["sdk"]):
        raise CatalogError("it does not say of which version it is.")
    names = [endpoint.name for endpoint in found.endpoints]
    if not names or len(set(names)) != len(names):
        raise CatalogError("it has no endpoints, or one twice.")
    for endpoint in found.endpoints:
        if not re.fullmatch(r"/v\d+/[a-z0-9_]+(/[a-z0-9_]+)*", endpoint.path) or not endpoint.models:
            raise CatalogError(f"its endpoint {endpoint.name} has no path or no models.")
        for model in endpoint.models:
            pair = found.pair(endpoint.name, model)
            if pair is None or not pair.fields:
                raise CatalogError(f"it does not describe {model} of {endpoint.name}.")
            for fields in _levels(pair.fields):
                _check_fields(fields, f"{endpoint.name}, {model}")
    listed = {(endpoint.name, model) for endpoint in found.endpoints for model in endpoint.models}
    if {(pair["endpoint"], pair["model"]) for pair in facts["pairs"]} != listed:
        raise CatalogError("it describes models that none of its endpoints has.")


def _check_fields(fields: tuple[Field, ...], where: str) -> None:
    names = [field.name for field in fields]
    if len(set(names)) != len(names) or not all(names):
        raise CatalogError(f"a setting of {where} has no name, or one that another has too.")
    for field in fields:
        if field.is_asset and not field.media:
            raise CatalogError(f"{field.name} of {where} does not say which media it takes.")
        if field.kind is FieldKind.CHOICE and not field.choices:
            raise CatalogError(f"{field.name} of {where} has nothing to choose from.")
        if field.pattern is not None:
            try:
                re.compile(field.pattern)
            except re.error as error:
                raise CatalogError(f"{field.name} of {where} has a pattern that cannot be read.") from error
        numbers: tuple[object, ...] = (field.minimum, field.maximum, field.min_length, field.max_length)
        if not all(number is None or isinstance(number, int | float) for number in numbers):
            raise CatalogError(f"{field.name} of {where} has bounds that are no numbers.")


def _levels(fields: tuple[Field, ...]) -> Iterator[tuple[Field, ...]]:
    yield fields
    for field in fields:
        if field.fields:
            yield from _levels(field.fields)
        for variant in field.variants:
            yield from _levels(variant.fields)


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _pairs(catalog: Catalog) -> set[tuple[str, str]]:
    return {(endpoint.name, model) for endpoint in catalog.endpoints for model in endpoint.models}


def _keep(kept: Path, text: bytes) -> None:
    with worded(Text("The catalog could not be kept in the profile's folder.")):
        write_whole(kept, text)


def _forget(kept: Path) -> None:
    with worded(Text("The kept catalog could not be removed.")):
        kept.unlink(missing_ok=True)
