"""What the names of tasks promise."""

from __future__ import annotations

import uuid

from runway_desktop.domain.task import RemoteId, parse_remote_id

REMOTE = RemoteId("17f20503-6c24-4c16-946b-35dbbce2af2f")


def test_a_remote_id_is_a_uuid_of_version_4_and_nothing_else():
    assert parse_remote_id(f"  {str(REMOTE).upper()}\n") == REMOTE
    assert parse_remote_id(str(uuid.uuid1())) is None
    for word in ("", "no", str(REMOTE).replace("-", ""), f"{{{REMOTE}}}", f"urn:uuid:{REMOTE}", f"{REMOTE}0"):
        assert parse_remote_id(word) is None
