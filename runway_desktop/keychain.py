"""The system's keychain, through `keyring`, as the engine's `SecretStore`.

Every call runs in the workers it is given, since a locked keychain waits for the person without limit, and importing
keyring takes a fifth of a second. They must not keep the process alive while they wait. All that fails becomes
`SecretStoreError`, in words; a secret is in no message, log or repr. There is no fall-back to a file: a store that
would keep the key in plain text counts as none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TYPE_CHECKING, TypeVar

from runway_desktop.domain.errors import SecretStoreError, SecretTrouble

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "Runway Desktop"

Result = TypeVar("Result")

_NAMES = (
    ("SecretService", "the Secret Service (GNOME Keyring or KeePassXC)"),
    ("libsecret", "the Secret Service (GNOME Keyring or KeePassXC)"),
    ("kwallet", "KWallet"),
    ("macOS", "the macOS Keychain"),
    ("Windows", "the Windows Credential Locker"),
)
_UNSAFE = ("keyrings.alt", "keyring.backends.fail", "keyring.backends.null")
"""Backends that keep nothing, or keep it in a file that anybody can read."""

_LOCKED = ("LockedException", "PromptDismissedException")
"""What the Secret Service's own library raises past keyring when a keychain is locked in the middle of a call."""

_CHAIN = "keyring.backends.chainer"


class SystemKeychain:
    """`choose` gives the backend; None: keyring's own choice."""

    def __init__(
        self, executor: Executor, service: str = SERVICE, choose: Callable[[], KeyringBackend] | None = None
    ) -> None:
        self._executor = executor
        self._service = service
        self._choose = choose

    async def name(self) -> str:
        return await self._ask(_name)

    async def get(self, profile: str) -> str | None:
        return await self._ask(lambda backend: _secret(backend.get_password(self._service, profile)))

    async def set(self, profile: str, secret: str) -> None:
        await self._ask(lambda backend: backend.set_password(self._service, profile, secret.strip()))

    async def delete(self, profile: str) -> None:
        def delete(backend: KeyringBackend) -> None:
            from keyring.errors import PasswordDeleteError

            try:
                backend.delete_password(self._service, profile)
            except PasswordDeleteError:
                if backend.get_password(self._service, profile) is not None:
                    raise

        await self._ask(delete)

    async def _ask(self, question: Callable[[KeyringBackend], Result]) -> Result:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, self._guarded, question)
        except RuntimeError as error:
            # The workers are gone: the program is closing.
            problem = _broken(error)
        raise problem

    def _guarded(self, question: Callable[[KeyringBackend], Result]) -> Result:
        try:
            return question(self._backend())
        except SecretStoreError:
            raise
        except BaseException as error:  # noqa: BLE001 - below keyring are plugins, D-Bus and system libraries
            # Also what is no Exception: a library written in Rust panics with something else, and in a worker nothing
            # that is raised is meant for us.
            raise _translated(error) from None

    def _backend(self) -> KeyringBackend:
        import keyring

        chosen = self._choose() if self._choose is not None else keyring.get_keyring()
        safe = _first_safe(chosen)
        if safe is None and self._choose is None:
            # keyring chooses once and sticks to it; a keychain that was started since is only found by choosing again.
            keyring.core.init_backend()
            safe = _first_safe(keyring.get_keyring())
        if safe is None:
            raise SecretStoreError(
                "There is no keychain on this computer that could keep the key.",
                kind=SecretTrouble.ABSENT,
                advice="The key is kept for this session only.",
                detail=_where(chosen),
            )
        return safe


def _first_safe(backend: KeyringBackend) -> KeyringBackend | None:
    """The backend itself, or the first of a chain: a chain would go on to one that keeps the key in plain text."""
    parts = getattr(backend, "backends", ()) if _where(backend).startswith(_CHAIN) else (backend,)
    return next((part for part in parts if not _where(part).startswith(_UNSAFE)), None)


def _where(backend: KeyringBackend) -> str:
    return f"{type(backend).__module__}.{type(backend).__name__}"


def _name(backend: KeyringBackend) -> str:
    where = _where(backend)
    return next((words for part, words in _NAMES if part.casefold() in where.casefold()), "") or str(backend.name)


def _secret(found: object) -> str | None:
    """What a backend gave, without blanks around it. TypeError for what is no text: not every plugin keeps to it."""
    if found is None:
        return None
    if not isinstance(found, str):
        raise TypeError("what the keychain keeps is no text")
    return found.strip() or None


def _translated(error: BaseException) -> SecretStoreError:
    if isinstance(error, ImportError):
        # keyring itself, perhaps, and with it the names of its errors.
        return _broken(error)
    from keyring.errors import InitError, KeyringLocked, NoKeyringError, PasswordDeleteError, PasswordSetError

    # keyring's own words may quote what was stored, so only the error's kind is kept.
    detail = type(error).__name__
    match error:
        case _ if isinstance(error, KeyringLocked) or detail in _LOCKED:
            return SecretStoreError(
                "The keychain is locked.", kind=SecretTrouble.LOCKED, advice="Unlock it, then try again.", detail=detail
            )
        case NoKeyringError() | InitError():
            return SecretStoreError(
                "No keychain answers on this computer.",
                kind=SecretTrouble.ABSENT,
                advice="The key is kept for this session only.",
                detail=detail,
            )
        case PasswordSetError() | PasswordDeleteError():
            return SecretStoreError(
                "The keychain refused.",
                kind=SecretTrouble.REFUSED,
                advice="Allow it there, then try again.",
                detail=detail,
            )
        case _:
            return _broken(error)


def _broken(error: BaseException) -> SecretStoreError:
    return SecretStoreError(
        "The keychain does not work.",
        kind=SecretTrouble.BROKEN,
        advice="The key is kept for this session only.",
        detail=type(error).__name__,
    )
