"""The keychain behind its door: every failure in words, no secret in any of them, and nothing ever kept in plain text.

The backends here are keyring's own kind. They announce no priority, so that keyring never chooses one by itself.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import keyring
import pytest
from keyring import errors
from keyring.backend import KeyringBackend
from keyring.backends.chainer import ChainerBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.backends.null import Keyring as NullKeyring

from runway_desktop.domain.errors import SecretStoreError, SecretTrouble
from runway_desktop.keychain import SystemKeychain

SECRET = "key_0123456789abcdef"


class DictKeyring(KeyringBackend):
    """A keychain in a dict. With `trouble` set every call raises it."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.trouble: BaseException | None = None
        self.threads: set[str] = set()

    def get_password(self, service: str, username: str) -> str | None:
        self._begin()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._begin()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._begin()
        if self.kept.pop((service, username), None) is None:
            raise errors.PasswordDeleteError("No such password!")

    def _begin(self) -> None:
        self.threads.add(threading.current_thread().name)
        if self.trouble is not None:
            raise self.trouble


class PlaintextKeyring(DictKeyring):
    """Stands for what `keyrings.alt` brings: a file that anybody can read."""


PlaintextKeyring.__module__ = "keyrings.alt.file"


class StubbornKeyring(DictKeyring):
    def delete_password(self, service: str, username: str) -> None:
        raise errors.PasswordDeleteError("The person said no.")


class Chain(ChainerBackend):
    backends: tuple[KeyringBackend, ...] = ()
    priority = -1


Chain.__module__ = ChainerBackend.__module__


class LockedException(Exception):
    """Named as the Secret Service's library names its own."""


class Panic(BaseException):
    """Stands for what a library written in Rust raises; it is no Exception."""


Keep = Callable[[KeyringBackend | None], SystemKeychain]


@pytest.fixture
def keychain() -> Iterator[Keep]:
    with ThreadPoolExecutor(1, thread_name_prefix="worker") as executor:
        yield lambda backend: SystemKeychain(executor, choose=None if backend is None else lambda: backend)


@pytest.fixture
def chosen_by_keyring() -> Iterator[Callable[[KeyringBackend], None]]:
    before = keyring.core._keyring_backend
    yield keyring.set_keyring
    keyring.core._keyring_backend = before


async def test_secret_is_stored_without_surrounding_blanks(keychain: Keep):
    backend = DictKeyring()
    await keychain(backend).set("Northlight", f"  {SECRET}\n")
    assert backend.kept == {("Runway Desktop", "Northlight"): SECRET}
    assert await keychain(backend).get("Northlight") == SECRET
    assert await keychain(backend).get("another profile") is None


async def test_secret_stored_with_blanks_is_read_without_them(keychain: Keep):
    backend = DictKeyring()
    backend.kept = {("Runway Desktop", "a"): f"{SECRET}\r\n", ("Runway Desktop", "b"): "  "}
    assert await keychain(backend).get("a") == SECRET
    assert await keychain(backend).get("b") is None


async def test_deleting_a_missing_secret_is_no_error(keychain: Keep):
    backend = DictKeyring()
    await keychain(backend).set("a", SECRET)
    await keychain(backend).delete("a")
    await keychain(backend).delete("a")
    assert backend.kept == {}


async def test_refused_deletion_of_a_secret_is_reported(keychain: Keep):
    backend = StubbornKeyring()
    await keychain(backend).set("a", SECRET)
    with pytest.raises(SecretStoreError) as caught:
        await keychain(backend).delete("a")
    assert caught.value.kind is SecretTrouble.REFUSED


async def test_every_keychain_call_runs_in_a_worker_thread(keychain: Keep):
    backend = DictKeyring()
    await keychain(backend).set("a", SECRET)
    await keychain(backend).get("a")
    assert backend.threads == {"worker_0"}


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (errors.KeyringLocked(f"{SECRET} is locked"), SecretTrouble.LOCKED),
        (LockedException(SECRET), SecretTrouble.LOCKED),
        (errors.NoKeyringError(SECRET), SecretTrouble.ABSENT),
        (errors.InitError(SECRET), SecretTrouble.ABSENT),
        (errors.PasswordSetError(SECRET), SecretTrouble.REFUSED),
        (errors.KeyringError(SECRET), SecretTrouble.BROKEN),
        (ConnectionRefusedError(SECRET), SecretTrouble.BROKEN),
        (RuntimeError(SECRET), SecretTrouble.BROKEN),
        (TimeoutError(SECRET), SecretTrouble.BROKEN),
        (KeyError(SECRET), SecretTrouble.BROKEN),
        (AssertionError(SECRET), SecretTrouble.BROKEN),
        (UnicodeDecodeError("utf-8", SECRET.encode(), 0, 1, SECRET), SecretTrouble.BROKEN),
        (ImportError(SECRET), SecretTrouble.BROKEN),
        (RecursionError(SECRET), SecretTrouble.BROKEN),
        (NotImplementedError(SECRET), SecretTrouble.BROKEN),
        # No future takes it: whoever asked would wait for ever.
        (StopIteration(SECRET), SecretTrouble.BROKEN),
        (Panic(SECRET), SecretTrouble.BROKEN),
        (SystemExit(SECRET), SecretTrouble.BROKEN),
        (asyncio.CancelledError(SECRET), SecretTrouble.BROKEN),
    ],
    ids=lambda given: type(given).__name__,
)
async def test_every_keychain_failure_has_a_message_without_the_secret(
    keychain: Keep, trouble: BaseException, kind: SecretTrouble
):
    backend = DictKeyring()
    backend.trouble = trouble
    for ask in (keychain(backend).get("a"), keychain(backend).set("a", SECRET), keychain(backend).delete("a")):
        with pytest.raises(SecretStoreError) as caught:
            async with asyncio.timeout(30):
                await ask
        said = caught.value
        assert said.kind is kind
        assert said.message.endswith(".")
        assert said.advice.endswith(".")
        assert SECRET not in f"{said!r} {said.in_words()} {said.detail}"
        assert said.__cause__ is None
        assert said.__suppress_context__


@pytest.mark.parametrize("backend", [NoKeyring(), NullKeyring(), PlaintextKeyring()])
async def test_plain_text_or_null_backend_counts_as_no_keychain(keychain: Keep, backend: KeyringBackend):
    for ask in (keychain(backend).name(), keychain(backend).set("a", SECRET), keychain(backend).get("a")):
        with pytest.raises(SecretStoreError) as caught:
            await ask
        assert caught.value.kind is SecretTrouble.ABSENT
    assert getattr(backend, "kept", {}) == {}


async def test_chained_backend_never_falls_back_to_plain_text(keychain: Keep):
    plain, safe = PlaintextKeyring(), DictKeyring()
    chain = Chain()
    chain.backends = (plain, safe)
    await keychain(chain).set("a", SECRET)
    assert plain.kept == {}
    assert await keychain(chain).get("a") == SECRET
    chain.backends = (plain,)
    with pytest.raises(SecretStoreError):
        await keychain(chain).set("a", SECRET)
    assert plain.kept == {}


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("keyring.backends.SecretService", "Secret Service"),
        ("keyring.backends.libsecret", "Secret Service"),
        ("keyring.backends.kwallet", "KWallet"),
        ("keyring.backends.macOS", "macOS Keychain"),
        ("keyring.backends.Windows", "Windows Credential Locker"),
        ("somebody_else", "somebody else Keyring"),
    ],
)
async def test_keychain_has_the_name_people_know(keychain: Keep, module: str, name: str):
    kind = type("Keyring", (DictKeyring,), {"__module__": module})
    assert name in await keychain(kind()).name()


async def test_default_backend_of_keyring_is_used_unless_configured(
    keychain: Keep, chosen_by_keyring: Callable[[KeyringBackend], None]
):
    backend = DictKeyring()
    chosen_by_keyring(backend)
    await keychain(None).set("a", SECRET)
    assert backend.kept == {("Runway Desktop", "a"): SECRET}


async def test_keychain_started_later_is_found(
    keychain: Keep, chosen_by_keyring: Callable[[KeyringBackend], None], monkeypatch: pytest.MonkeyPatch
):
    backend = DictKeyring()
    chosen_by_keyring(NoKeyring())
    monkeypatch.setattr("keyring.core._detect_backend", lambda _limit=None: backend)
    await keychain(None).set("a", SECRET)
    assert backend.kept


async def test_wrong_backend_in_the_environment_is_reported(
    keychain: Keep, chosen_by_keyring: Callable[[KeyringBackend], None], monkeypatch: pytest.MonkeyPatch
):
    chosen_by_keyring(NoKeyring())
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "there.is.no.such.Keyring")
    with pytest.raises(SecretStoreError):
        await keychain(None).get("a")


@pytest.mark.parametrize("kept", [SECRET.encode(), 5, ["a"], object()])
async def test_secret_that_is_no_text_is_rejected(keychain: Keep, kept: object):
    backend = DictKeyring()
    backend.kept["Runway Desktop", "a"] = kept  # type: ignore[assignment]
    with pytest.raises(SecretStoreError) as caught:
        await keychain(backend).get("a")
    assert caught.value.kind is SecretTrouble.BROKEN
    assert SECRET not in caught.value.detail


async def test_backend_whose_name_raises_is_broken(keychain: Keep):
    class Nameless(DictKeyring):
        @property
        def name(self) -> str:
            raise RuntimeError(SECRET)

    with pytest.raises(SecretStoreError) as caught:
        await keychain(Nameless()).name()
    assert caught.value.kind is SecretTrouble.BROKEN


async def test_keyring_import_failure_is_a_broken_keychain(keychain: Keep, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.setitem(sys.modules, "keyring.errors", None)
    for ask in (keychain(None).name(), keychain(None).get("a"), keychain(None).set("a", SECRET)):
        with pytest.raises(SecretStoreError) as caught:
            await ask
        assert caught.value.kind is SecretTrouble.BROKEN


async def test_backend_selection_that_raises_is_reported(keychain: Keep, monkeypatch: pytest.MonkeyPatch):
    def choose() -> KeyringBackend:
        raise RuntimeError("No recommended backend was available.")

    monkeypatch.setattr(keyring, "get_keyring", choose)
    with pytest.raises(SecretStoreError):
        await keychain(None).get("a")


async def test_closed_worker_pool_is_a_broken_keychain():
    workers = ThreadPoolExecutor(1)
    workers.shutdown()
    with pytest.raises(SecretStoreError) as caught:
        await SystemKeychain(workers, choose=DictKeyring).get("a")
    assert caught.value.kind is SecretTrouble.BROKEN
