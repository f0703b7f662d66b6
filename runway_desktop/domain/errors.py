"""The error classes of the program. Errors of the outside world are translated into them once, at its border. Each says
what happened, what to do, and whether a retry may help.

    RunwayDesktopError
    ├── ApiError                    a request to Runway failed; has .status (0: none), .detail (Runway's words)
    │   ├── NotReached              nothing was sent: no network, DNS, refused, TLS. Always safe to repeat
    │   ├── NoReply                 sent, but no answer came: a GET may be repeated, a paid POST never
    │   ├── BadReply                an invalid answer: broken JSON, HTML, wrong shape
    │   │   └── Misrouted           404 that is not in Runway's own JSON: a gateway's. It says nothing about a task
    │   ├── KeyRefused              401: wrong, disabled, suspended
    │   ├── NotThere                404 in Runway's own JSON
    │   ├── NotSeen                 404 that is not final: from another key, or the first one. Has .retry_after
    │   ├── RequestRefused          400 and other 4xx; has .refusals for the fields they name
    │   │   ├── NoCredits           the balance is too low for it
    │   │   └── NoRouter            its router does not exist
    │   ├── SlowDown                429; has .retry_after in seconds, or None
    │   └── ServerTrouble           5xx; .retry_after likewise. After a paid POST the outcome is unknown
    │       └── NotTaken            503 in Runway's own JSON: it says that the request was not accepted
    ├── SecretStoreError            the keychain: absent, locked, refused; has .kind
    ├── StoreError                  the database: newer than this program, not writable, in use
    │   ├── ListClosed              by the end of this program: the next one can answer
    │   └── DamagedList             damaged, empty, missing or from before the first release: a backup must replace it
    ├── DiskError                   a folder or file that cannot be read or written; full disk. Has .state if it is
    │                               about the whole folder
    ├── BadBackup                   a file that is no backup, a damaged one, or one of a newer program
    ├── LinkExpired                 a result's link has expired; a fresh one can be requested
    └── NotPossible                 the user asked for something that the task's state no longer allows

Bugs of this program are none of these. They are ordinary Python exceptions, which reach the last-resort handler or are
logged as errors where they are caught. Errors of the outside world are logged as warnings at most.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from runway_desktop.texts import Text, in_turn

from .failures import Reason, ReasonCode
from .folders import FolderState
from .task import Refusal


class RunwayDesktopError(Exception):
    """`str()` is a sentence for the user; `advice` says what to do; `detail` is small print. Message and advice are
    turned into words when they are read, in the reader's language."""

    may_retry: ClassVar[bool] = False
    code: ClassVar[ReasonCode] = ReasonCode.OTHER_ERROR

    def __init__(self, message: Text | str, *, advice: Text | str = "", detail: str = "") -> None:
        super().__init__(message)
        self.said = message
        self.advises = advice
        self.detail = detail

    @property
    def message(self) -> str:
        return str(self.said)

    @property
    def advice(self) -> str:
        return str(self.advises)

    @property
    def text(self) -> Text | str:
        """Message and advice, to be kept or sent on."""
        return in_turn(self.said, self.advises) if self.advises else self.said

    def in_words(self) -> str:
        return str(self.text)

    @property
    def reason(self) -> Reason:
        """What is stored of the error if a sending or a saving failed by it."""
        return Reason(self.code, words=self.said)


class ApiError(RunwayDesktopError):
    """`retry_after`: seconds until the same key may ask again, None if unknown. `refusals` are of the request's fields.
    `answer` is the beginning of the response, without secrets, if it may tell what became of a create."""

    usual_status: ClassVar[int] = 0

    def __init__(
        self,
        message: Text | str,
        *,
        advice: Text | str = "",
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
    """`retry_after` is None if only another key can get an answer."""

    may_retry = True
    code = ReasonCode.NOT_SEEN
    usual_status = 404


class RequestRefused(ApiError):
    code = ReasonCode.REFUSED
    usual_status = 400


class NoCredits(RequestRefused):
    code = ReasonCode.NO_CREDITS


class NoRouter(RequestRefused):
    usual_status = 404


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
    def __init__(self, message: Text | str, *, kind: SecretTrouble, advice: Text | str = "", detail: str = "") -> None:
        super().__init__(message, advice=advice, detail=detail)
        self.kind = kind


class StoreError(RunwayDesktopError):
    pass


class ListClosed(StoreError):
    pass


class DamagedList(StoreError):
    pass


class DiskError(RunwayDesktopError):
    """`state` is the state of the whole folder, if the error shows it; None if it concerns one file or name. `reason`
    is what is stored of it; by default its message."""

    may_retry = True
    code = ReasonCode.DISK_ERROR

    def __init__(
        self,
        message: Text | str,
        *,
        advice: Text | str = "",
        detail: str = "",
        state: FolderState | None = None,
        reason: Reason | None = None,
    ) -> None:
        super().__init__(message, advice=advice, detail=detail)
        self.state = state
        self._reason = reason

    @property
    def reason(self) -> Reason:
        return self._reason or Reason(self.code, words=self.text)


class BadBackup(RunwayDesktopError):
    pass


class LinkExpired(RunwayDesktopError):
    may_retry = True
    code = ReasonCode.LINK_EXPIRED


class NotPossible(RunwayDesktopError):
    pass
