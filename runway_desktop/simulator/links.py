"""Signed links to outputs, and slots for uploads.

Pure; times are Unix seconds. A link contains its expiry and a signature over it; a slot is stored until its file
arrives. Invalid links and slots give False or None.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from runway_desktop.values import Struct

from .organizations import FIRST


class Links:
    """Signs and verifies links with its own key."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(32)

    def query(self, task_id: str, index: int, expires: float) -> str:
        """The query of a link that works until `expires`."""
        moment = str(int(expires))
        return f"exp={moment}&sig={self._signature(task_id, index, moment)}"

    def is_good(self, task_id: str, index: int, expires: str, signature: str, now: float) -> bool:
        """Whether a link was signed here and has not expired."""
        if not expires.isdecimal() or int(expires) <= now:
            return False
        return hmac.compare_digest(self._signature(task_id, index, expires).encode(), signature.encode())

    def _signature(self, task_id: str, index: int, moment: str) -> str:
        return hmac.new(self._key, f"{task_id}/{index}/{moment}".encode(), hashlib.sha256).hexdigest()


class UploadSlot(Struct, frozen=True):
    """Target for uploading one file, valid for an hour; `uri` identifies the file afterwards, for its organization's
    keys."""

    id: str
    organization: str
    filename: str
    uri: str
    policy: str
    expires: float


class Uploads:
    """Open slots and uploaded files."""

    _SLOT_SECONDS = 3600.0

    def __init__(self) -> None:
        self._slots: dict[str, UploadSlot] = {}
        self._good_until: dict[tuple[str, str], float] = {}

    def open(self, filename: str, now: float, organization: str = FIRST) -> UploadSlot:
        uri, policy = f"runway://{secrets.token_urlsafe(48)}", secrets.token_urlsafe(32)
        slot = UploadSlot(secrets.token_hex(16), organization, filename, uri, policy, now + self._SLOT_SECONDS)
        self._slots[slot.id] = slot
        return slot

    def slot(self, slot_id: str, policy: str, now: float) -> UploadSlot | None:
        """The slot if it is open and the form's policy matches."""
        slot = self._slots.get(slot_id)
        return slot if slot is not None and slot.policy == policy and slot.expires > now else None

    def arrived(self, slot: UploadSlot, good_until: float) -> None:
        """Closes a slot after its file has arrived."""
        self._slots.pop(slot.id, None)
        self._good_until[slot.organization, slot.uri] = good_until

    def known(self, organization: str = FIRST) -> dict[str, float]:
        """The uploaded files of an organization: URI, and until when it is kept."""
        return {uri: until for (owner, uri), until in self._good_until.items() if owner == organization}

    def restore(self, known: dict[str, float], organization: str = FIRST) -> None:
        """Restores the uploads of an earlier run."""
        self._good_until |= {(organization, uri): until for uri, until in known.items()}

    def is_known(self, uri: str, now: float, organization: str = FIRST) -> bool:
        """Whether a `runway://` URI identifies a file of the organization that is still kept."""
        return self._good_until.get((organization, uri), 0.0) > now
