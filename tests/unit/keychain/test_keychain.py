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


async def test_a_secret_comes_back_without_the_blanks_around_it(keychain: Keep):
    backend = DictKeyring()
    await keychain(backend).set("Northlight", f"  {SECRET}\n")
    assert backend.kept == {("Runway Desktop", "Northlight"): SECRET}
    assert await keychain(backend).get("Northlight") == SECRET
    assert await keychain(backend).get("another profile") is None


async def test_what_is_kept_with_blanks_is_read_without(keychain: Keep):
    backend = DictKeyring()
    backend.kept = {("Runway Desktop", "a"): f"{SECRET}\r\n", ("Runway Desktop", "b"): "  "}
    assert await keychain(backend).get("a") == SECRET
    assert await keychain(backend).get("b") is None


async def test_deleting_what_is_not_there_is_no_error(keychain: Keep):
    backend = DictKeyring()
    await keychain(backend).set("a", SECRET)
    await keychain(backend).delete("a")
    await keychain(backend).delete("a")
    assert backend.kept == {}


async def test_a_refused_deletion_is_told(keychain: Keep):
    backend = StubbornKeyring()
    await keychain(backend).set("a", SECRET)
    with pytest.raises(SecretStoreError) as caught:
        await keychain(backend).delete("a")
    assert caught.value.kind is SecretTrouble.REFUSED


async def test_every_call_runs_in_the_worker(keychain: Keep):
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
async def test_every_failure_is_told_in_words_and_without_the_secret(
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
async def test_a_backend_that_keeps_nothing_or_plain_text_counts_as_none(keychain: Keep, backend: KeyringBackend):
    for ask in (keychain(backend).name(), keychain(backend).set("a", SECRET), keychain(backend).get("a")):
        with pytest.raises(SecretStoreError) as caught:
            await ask
        assert caught.value.kind is SecretTrouble.ABSENT
    assert getattr(backend, "kept", {}) == {}


async def test_a_chain_never_goes_on_to_plain_text(keychain: Keep):
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
async def test_the_keychain_is_named_as_people_know_it(keychain: Keep, module: str, name: str):
    kind = type("Keyring", (DictKeyring,), {"__module__": module})
    assert name in await keychain(kind()).name()


async def test_keyrings_own_choice_is_used_unless_told(
    keychain: Keep, chosen_by_keyring: Callable[[KeyringBackend], None]
):
    backend = DictKeyring()
    chosen_by_keyring(backend)
    await keychain(None).set("a", SECRET)
    assert backend.kept == {("Runway Desktop", "a"): SECRET}


async def test_a_keychain_that_was_started_later_is_found(
    keychain: Keep, chosen_by_keyring: Callable[[KeyringBackend], None], monkeypatch: pytest.MonkeyPatch
):
    backend = DictKeyring()
    chosen_by_keyring(NoKeyring())
    monkeypatch.setattr("keyring.core._detect_backend", lambda _limit=None: backend)
    await keychain(None).set("a", SECRET)
    assert backend.kept


async def test_a_wrong_choice_in_the_surroundings_is_told(
    keychain: Keep, chosen_by_keyring: Callable[[KeyringBackend], None], monkeypatch: pytest.MonkeyPatch
):
    chosen_by_keyring(NoKeyring())
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "there.is.no.such.Keyring")
    with pytest.raises(SecretStoreError):
        await keychain(None).get("a")


@pytest.mark.parametrize("kept", [SECRET.encode(), 5, ["a"], object()])
async def test_what_is_no_text_is_no_secret(keychain: Keep, kept: object):
    backend = DictKeyring()
    backend.kept["Runway Desktop", "a"] = kept  # type: ignore[assignment]
    with pytest.raises(SecretStoreError) as caught:
        await keychain(backend).get("a")
    assert caught.value.kind is SecretTrouble.BROKEN
    assert SECRET not in caught.value.detail


async def test_a_backend_whose_name_cannot_be_asked_is_broken(keychain: Keep):
    class Nameless(DictKeyring):
        @property
        def name(self) -> str:
            raise RuntimeError(SECRET)

    with pytest.raises(SecretStoreError) as caught:
        await keychain(Nameless()).name()
    assert caught.value.kind is SecretTrouble.BROKEN


async def test_a_keyring_that_cannot_be_imported_is_broken(keychain: Keep, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.setitem(sys.modules, "keyring.errors", None)
    for ask in (keychain(None).name(), keychain(None).get("a"), keychain(None).set("a", SECRET)):
        with pytest.raises(SecretStoreError) as caught:
            await ask
        assert caught.value.kind is SecretTrouble.BROKEN


async def test_a_choice_that_raises_is_told(keychain: Keep, monkeypatch: pytest.MonkeyPatch):
    def choose() -> KeyringBackend:
        raise RuntimeError("No recommended backend was available.")

    monkeypatch.setattr(keyring, "get_keyring", choose)
    with pytest.raises(SecretStoreError):
        await keychain(None).get("a")


async def test_workers_that_are_gone_are_told():
    workers = ThreadPoolExecutor(1)
    workers.shutdown()
    with pytest.raises(SecretStoreError) as caught:
        await SystemKeychain(workers, choose=DictKeyring).get("a")
    assert caught.value.kind is SecretTrouble.BROKEN
