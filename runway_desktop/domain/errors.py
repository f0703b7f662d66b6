"""The errors of the world, translated once at the border. Every one says what happened, what to do, and whether
asking again helps.

    RunwayDesktopError
    ├── ApiError                    something between us and Runway; has .status (0: none), .detail (its words)
    │   ├── NotReached              nothing was sent: no network, DNS, refused, TLS. Always safe to repeat
    │   ├── NoReply                 it left, no answer came: a GET may be repeated, a paid POST never
    │   ├── BadReply                an answer that makes no sense: broken JSON, HTML, wrong shape
    │   │   └── Misrouted           404 that is not in Runway's own JSON: a gateway's. It says nothing of any task
    │   ├── KeyRefused              401: wrong, disabled, suspended
    │   ├── NotThere                404 in Runway's own JSON
    │   ├── NotSeen                 404 that is not the last word: another key's, or the first one. Has .retry_after
    │   ├── RequestRefused          400 and other 4xx; has .refusals for the fields they name
    │   │   └── NoCredits           the balance is too low for it
    │   ├── SlowDown                429; has .retry_after in seconds, or None
    │   └── ServerTrouble           5xx; .retry_after likewise. Of a paid POST nobody knows what became
    │       └── NotTaken            503 in Runway's own JSON: it says that it did not take the request
    ├── SecretStoreError            the keychain: absent, locked, refused; has .kind
    ├── StoreError                  the database: newer than this program, not writable, in use
    │   └── DamagedList             it is damaged, empty, missing or from before the first release: a backup has to
    │                               take its place. Has .remote_ids where they can be read
    ├── DiskError                   a folder or file that cannot be read or written; full disk. Has .state where it
    │                               speaks of the whole folder
    ├── BadBackup                   a file that is no backup, a damaged one, or one of a newer program
    ├── LinkExpired                 a result's link is no longer good; a fresh one can be asked for
    └── NotPossible                 the person asked for what the task's state does not allow any more

Our own bugs are none of these: they are ordinary Python exceptions and reach the last-resort handler, or are logged as
errors by whoever catches them to go on. What the world does is logged as a warning at the most.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar

from .failures import Reason, ReasonCode
from .folders import FolderState
from .task import Refusal


class RunwayDesktopError(Exception):
    """`str()` is a sentence for the person; `advice` says what to do; `detail` is small print."""

    may_retry: ClassVar[bool] = False
    code: ClassVar[ReasonCode] = ReasonCode.OTHER_ERROR

    def __init__(self, message: str, *, advice: str = "", detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice
        self.detail = detail

    def in_words(self) -> str:
        return f"{self.message} {self.advice}".strip()

    @property
    def reason(self) -> Reason:
        """What is kept of the error where it is why a sending or a saving failed."""
        return Reason(self.code, words=self.message)


class ApiError(RunwayDesktopError):
    """`retry_after` in seconds where the same key may ask again, None where nobody says when; `refusals` are of a
    request; `answer` is the beginning of what came, without secrets, where that may tell what became of a create."""

    usual_status: ClassVar[int] = 0

    def __init__(
        self,
        message: str,
        *,
        advice: str = "",
        detail: str = "",
        status: int | None = None,
        retry_after: float | None = None,
        refusals: tuple[Refusal, ...] = (),
        answer: str = "",
    ) -> None:
        super().__init__(message, advice=advice, detail=detail)
        self.status = self.usual_status if status is None else status
        self.retry_after = retry_after
        self.refusals = refusals
        self.answer = answer


class NotReached(ApiError):
    may_retry = True
    code = ReasonCode.NOT_REACHED


class NoReply(ApiError):
    may_retry = True
    code = ReasonCode.NO_REPLY


class BadReply(ApiError):
    may_retry = True
    code = ReasonCode.BAD_REPLY


class Misrouted(BadReply):
    usual_status = 404


class KeyRefused(ApiError):
    code = ReasonCode.KEY_REFUSED


class NotThere(ApiError):
    code = ReasonCode.NOT_THERE


class NotSeen(ApiError):
    """`retry_after` is None where only another key can tell."""

    may_retry = True
    code = ReasonCode.NOT_SEEN
    usual_status = 404


class RequestRefused(ApiError):
    code = ReasonCode.REFUSED
    usual_status = 400


class NoCredits(RequestRefused):
    code = ReasonCode.NO_CREDITS


class SlowDown(ApiError):
    may_retry = True
    code = ReasonCode.SLOW_DOWN
    usual_status = 429


class ServerTrouble(ApiError):
    may_retry = True
    code = ReasonCode.SERVER_TROUBLE
    usual_status = 500


class NotTaken(ServerTrouble):
    usual_status = 503


class SecretTrouble(StrEnum):
    ABSENT = "absent"
    """No keychain on this machine."""
    LOCKED = "locked"
    REFUSED = "refused"
    BROKEN = "broken"


class SecretStoreError(RunwayDesktopError):
    def __init__(self, message: str, *, kind: SecretTrouble, advice: str = "", detail: str = "") -> None:
        super().__init__(message, advice=advice, detail=detail)
        self.kind = kind


class StoreError(RunwayDesktopError):
    pass


class DamagedList(StoreError):
    """`remote_ids` are those of its tasks that can be adopted by another list."""

    def __init__(self, message: str, *, advice: str = "", detail: str = "", remote_ids: Sequence[str] = ()) -> None:
        super().__init__(message, advice=advice, detail=detail)
        self.remote_ids = tuple(remote_ids)


class DiskError(RunwayDesktopError):
    """`state` is how the whole folder is, where the error says that; None where it concerns one file or name.
    `reason` is what is kept of it; without one, its words are."""

    may_retry = True
    code = ReasonCode.DISK_ERROR

    def __init__(
        self,
        message: str,
        *,
        advice: str = "",
        detail: str = "",
        state: FolderState | None = None,
        reason: Reason | None = None,
    ) -> None:
        super().__init__(message, advice=advice, detail=detail)
        self.state = state
        self._reason = reason

    @property
    def reason(self) -> Reason:
        return self._reason or Reason(self.code, words=self.in_words())


class BadBackup(RunwayDesktopError):
    pass


class LinkExpired(RunwayDesktopError):
    may_retry = True
    code = ReasonCode.LINK_EXPIRED


class NotPossible(RunwayDesktopError):
    pass
