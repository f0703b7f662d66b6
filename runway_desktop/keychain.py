"""The system's keychain, through `keyring`, as the engine's `SecretStore`.

Every call runs in the given workers: a locked keychain waits for a person without limit, and importing keyring takes a
fifth of a second. The workers must not keep the process alive meanwhile. All failures become `SecretStoreError`; a
secret is in no message, log or repr. There is no fallback to a file: a backend that stores plain text counts as
none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TYPE_CHECKING, TypeVar

from runway_desktop.domain.errors import SecretStoreError, SecretTrouble
from runway_desktop.texts import Text

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "Runway Desktop"

SESSION_ONLY = Text("The key is kept for this session only.")

Result = TypeVar("Result")

_NAMES = (
    ("SecretService", "Secret Service (GNOME Keyring, KeePassXC)"),
    ("libsecret", "Secret Service (GNOME Keyring, KeePassXC)"),
    ("kwallet", "KWallet"),
    ("macOS", "macOS Keychain"),
    ("Windows", "Windows Credential Locker"),
)
_UNSAFE = ("keyrings.alt", "keyring.backends.fail", "keyring.backends.null")
"""Backends that store nothing, or store the key in a readable file."""

_LOCKED = ("LockedException", "PromptDismissedException")
"""Exceptions of the Secret Service's library that keyring does not translate, when a keychain is locked during a
call."""

_CHAIN = "keyring.backends.chainer"


class SystemKeychain:
    """`choose` returns the backend; None: keyring's own choice."""

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
            # The executor has shut down: the program is closing.
            problem = _broken(error)
        raise problem

    def _guarded(self, question: Callable[[KeyringBackend], Result]) -> Result:
        try:
            return question(self._backend())
        except SecretStoreError:
            raise
        except BaseException as error:  # noqa: BLE001 - below keyring are plugins, D-Bus and system libraries
            # Also non-Exceptions: a library written in Rust panics with a BaseException. In a worker no exception is
            # meant for this code.
            raise _translated(error) from None

    def _backend(self) -> KeyringBackend:
        import keyring

        chosen = self._choose() if self._choose is not None else keyring.get_keyring()
        safe = _first_safe(chosen)
        if safe is None and self._choose is None:
            # keyring chooses once; only a second initialization finds a keychain that was started since.
            keyring.core.init_backend()
            safe = _first_safe(keyring.get_keyring())
        if safe is None:
            raise SecretStoreError(
                Text("This computer has no keychain that can store the key."),
                kind=SecretTrouble.ABSENT,
                advice=SESSION_ONLY,
                detail=_where(chosen),
            )
        return safe


def _first_safe(backend: KeyringBackend) -> KeyringBackend | None:
    """The backend itself, or the first safe one of a chain: the chain itself could fall back to plain text."""
    parts = getattr(backend, "backends", ()) if _where(backend).startswith(_CHAIN) else (backend,)
    return next((part for part in parts if not _where(part).startswith(_UNSAFE)), None)


def _where(backend: KeyringBackend) -> str:
    return f"{type(backend).__module__}.{type(backend).__name__}"


def _name(backend: KeyringBackend) -> str:
    where = _where(backend)
    return next((words for part, words in _NAMES if part.casefold() in where.casefold()), "") or str(backend.name)


def _secret(found: object) -> str | None:
    """A backend's answer, stripped. TypeError if it is not text, as some plugins return."""
    if found is None:
        return None
    if not isinstance(found, str):
        raise TypeError("what the keychain keeps is no text")
    return found.strip() or None


def _translated(error: BaseException) -> SecretStoreError:
    if isinstance(error, ImportError):
        # keyring itself may be missing, and so its exception classes.
        return _broken(error)
    from keyring.errors import InitError, KeyringLocked, NoKeyringError, PasswordDeleteError, PasswordSetError

    # Keep only the error's class: keyring's message may quote the stored secret.
    detail = type(error).__name__
    match error:
        case _ if isinstance(error, KeyringLocked) or detail in _LOCKED:
            return SecretStoreError(
                Text("The keychain is locked."),
                kind=SecretTrouble.LOCKED,
                advice=Text("Unlock it, then try again."),
                detail=detail,
            )
        case NoKeyringError() | InitError():
            return SecretStoreError(
                Text("This computer has no keychain that responds."),
                kind=SecretTrouble.ABSENT,
                advice=SESSION_ONLY,
                detail=detail,
            )
        case PasswordSetError() | PasswordDeleteError():
            return SecretStoreError(
                Text("The keychain refused access."),
                kind=SecretTrouble.REFUSED,
                advice=Text("Allow access there, then try again."),
                detail=detail,
            )
        case _:
            return _broken(error)


def _broken(error: BaseException) -> SecretStoreError:
    return SecretStoreError(
        Text("The keychain does not work."),
        kind=SecretTrouble.BROKEN,
        advice=SESSION_ONLY,
        detail=type(error).__name__,
    )
