"""A file that its maker signed (C2PA) stays as it came: an independent reader calls it as valid as before."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from runway_desktop.services.results.embedding import embed, embed_copy, embedded, has_credentials, remove
from tests.rigs.content_credentials import TYPES, sign, signed, state_of
from tests.unit.services.results.notes_in_files import make, note

KINDS = tuple(ending[1:] for ending in TYPES if ending != ".jpeg")


@pytest.mark.parametrize("ending", KINDS)
def test_signed_file_is_changed_neither_by_embedding_nor_by_stripping(tmp_path: Path, ending: str) -> None:
    path = sign(make(tmp_path, ending))
    before = path.read_bytes()
    draft = tmp_path / "draft"
    assert state_of(path) == "Valid"
    assert embed(path, note()) is False
    assert embed_copy(path, draft, note(), "") is False
    assert embedded(before, note(), path.suffix) is None
    assert remove(path) is False
    assert path.read_bytes() == before
    assert not draft.exists()
    assert state_of(path) == "Valid"


@pytest.mark.parametrize("ending", ["png", "jpg", "webp"])
def test_picture_with_remote_credentials_stays_unchanged(tmp_path: Path, ending: str) -> None:
    path = make(tmp_path, ending)
    path.write_bytes(signed(path.read_bytes(), TYPES[path.suffix], link="https://example.com/manifest.c2pa"))
    assert embed(path, note()) is False


@pytest.mark.parametrize("ending", KINDS)
def test_unsigned_file_gets_its_request_and_stripping_a_signed_one_invalidates_it(tmp_path: Path, ending: str) -> None:
    path = make(tmp_path, ending)
    assert state_of(path) == ""
    assert embed(path, note())
    # Signed with the request inside, and changed afterwards as an earlier version did.
    sign(path)
    assert remove(path)
    assert state_of(path) == "Invalid"


def test_credentials_manifest_is_found_at_any_offset() -> None:
    manifest = b"jumdc2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x008\x9bq"
    for before in (0, 1, 1024 * 1024 - 10, 3 * 1024 * 1024 + 5):
        assert has_credentials(BytesIO(bytes(before) + manifest + b"\x03c2pa\0"))
    assert not has_credentials(BytesIO(bytes(2 * 1024 * 1024) + b"jumdc2pa" + bytes(100)))
