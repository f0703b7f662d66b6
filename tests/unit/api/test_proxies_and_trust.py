"""SOCKS proxies of the environment, and trusted certificates of the system."""

from __future__ import annotations

import asyncio
import datetime
import logging
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import truststore

from runway_desktop.api import connections
from runway_desktop.api.client import RunwayClient
from runway_desktop.api.connections import Patience, system_certificates
from runway_desktop.api.fetcher import HttpFetcher
from runway_desktop.api.pool import CONNECTING
from runway_desktop.domain.errors import NoReply, NotReached
from tests.rigs.mistakes import Mistakes
from tests.rigs.raw_server import RawConnection, answers, raw_server
from tests.rigs.socks_server import http_proxy, socks_proxy

HOST = "runway.example"
SECRET = "key_" + "5e" * 64
HURRY = Patience(connect=1.0, read=5.0, create=5.0)
IMPATIENCE = Patience(connect=0.1, read=5.0, create=5.0)
BODY = b'{"id": "17f20503-6c24-4c16-946b-35dbbce2af2f", "creditBalance": 1}'


class Authority:
    """A certificate authority of our own, in the file `path`, and the context of a server that it vouches for. Neither
    has key identifiers, as those of many a company have none."""

    def __init__(self, folder: Path, name: str = HOST) -> None:
        x509 = pytest.importorskip("cryptography.x509")
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        def called(words: str) -> Any:
            return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, words)])

        now = datetime.datetime.now(datetime.UTC)
        own, servers = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())

        def certificate(words: str, key: ec.EllipticCurvePrivateKey, *more: tuple[Any, bool]) -> bytes:
            builder = (
                x509.CertificateBuilder()
                .subject_name(called(words))
                .issuer_name(called("An authority of our own"))
                .public_key(key.public_key())
                .serial_number(x509.random_serial_number())
                .not_valid_before(now - datetime.timedelta(days=1))
                .not_valid_after(now + datetime.timedelta(days=1))
            )
            for extension, is_critical in more:
                builder = builder.add_extension(extension, critical=is_critical)
            signed: bytes = builder.sign(own, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
            return signed

        self.path = folder / "authority.pem"
        self.path.write_bytes(
            certificate("An authority of our own", own, (x509.BasicConstraints(ca=True, path_length=None), True))
        )
        chain = folder / "server.pem"
        key = servers.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        chain.write_bytes(key + certificate(name, servers, (x509.SubjectAlternativeName([x509.DNSName(name)]), False)))
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(chain)


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """That the system believes."""
    found = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(found.path))
    return found


@pytest.fixture(autouse=True)
def _no_other_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


async def answering(connection: RawConnection) -> None:
    while await connection.read() is not None:
        await connection.answer(200, BODY, keep=True)


@asynccontextmanager
async def client_of(url: str = f"https://{HOST}", patience: Patience = HURRY) -> AsyncIterator[RunwayClient]:
    client = RunwayClient(url, SECRET, patience=patience)
    try:
        yield client
    finally:
        await client.aclose()


async def test_all_requests_use_the_socks_proxy_of_the_environment(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with raw_server(answering, authority.context) as server, socks_proxy(server.port) as proxy:
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        async with client_of() as client:
            assert (await client.organization()).balance == 1
            assert await client.create("text_to_video", {"model": "gen4.5"})
        fetcher = HttpFetcher(patience=HURRY)
        async with fetcher.open(f"https://{HOST}/result") as stream:
            assert b"".join([chunk async for chunk in stream.chunks]) == BODY
        await fetcher.aclose()
    assert proxy.asked == [(HOST, 443)] * 3
    assert [request.method for request in server.requests] == ["GET", "POST", "GET"]


async def test_socks_proxy_is_not_used_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    async with raw_server(answering) as server, socks_proxy(server.port) as proxy:
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        async with client_of(server.url) as client:
            await client.organization()
        fetcher = HttpFetcher(server.url, patience=HURRY)
        async with fetcher.open(f"{server.url}/result") as stream:
            assert [chunk async for chunk in stream.chunks]
        await fetcher.aclose()
    assert proxy.asked == []


@pytest.mark.parametrize("url", ["socks4://127.0.0.1:9", "socks://127.0.0.1:9", "odd://x", "http://[::1"])
async def test_unusable_proxy_is_reported_and_never_bypassed(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", url)
    async with client_of() as client:
        for call in (client.organization(), client.create("text_to_video", {})):
            with pytest.raises(NotReached, match="proxy") as caught:
                await call
            assert "socks5" in caught.value.advice
    fetcher = HttpFetcher(patience=HURRY)
    with pytest.raises(NotReached, match="proxy"):
        async with fetcher.open(f"https://{HOST}/result"):
            pass
    await fetcher.aclose()


@pytest.mark.parametrize(
    "manner",
    [
        {"greeting": b""},
        {"says": b""},
        {"greeting": b"\x05\xff"},
        {"greeting": b"HTTP/1.1 400 Bad Request\r\n\r\n"},
        {"says": b"\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00"},
        {"says": b"\x05"},
        {"says": b"\xff" * 300},
    ],
    ids=["silent", "silent later", "refuses", "no SOCKS", "cannot connect", "cut", "nonsense"],
)
async def test_misbehaving_socks_proxy_counts_as_not_sent(
    manner: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with socks_proxy(9, **manner) as proxy:
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        async with client_of(patience=IMPATIENCE) as client:
            begun = time.monotonic()
            for _ in range(5):
                # More than there are connections for it.
                with pytest.raises(NotReached) as caught:
                    await client.create("text_to_video", {})
            assert time.monotonic() - begun < 5 * CONNECTING * IMPATIENCE.connect + 2
            assert "through the proxy" in caught.value.message or "ProxyError" not in caught.value.detail
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize("kind", ["socks5", "http"])
async def test_create_whose_answer_is_lost_behind_a_proxy_may_have_been_made(
    kind: str, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def taking(connection: RawConnection) -> None:
        await connection.read()

    async with (
        raw_server(taking, authority.context) as server,
        socks_proxy(server.port) if kind == "socks5" else http_proxy(server.port) as proxy,
    ):
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        async with client_of() as client:
            with pytest.raises(NoReply):
                await client.create("text_to_video", {"model": "gen4.5"})
    assert [request.method for request in server.requests] == ["POST"], "sent once, and not again"


@pytest.mark.parametrize("says", [b"", b"HTTP/1.1 407 No\r\n\r\n", b"HTTP/1.1 502 No\r\n\r\n", b"SSH-2.0\r\n"])
async def test_create_that_a_proxy_could_not_connect_was_not_made(says: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    async with http_proxy(9, says) as proxy:
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        async with client_of() as client:
            with pytest.raises(NotReached):
                await client.create("text_to_video", {"model": "gen4.5"})
    assert [request.method for request in proxy.requests] == ["CONNECT"]
    assert all(SECRET not in f"{request}" for request in proxy.requests)


async def test_certificates_trusted_by_the_system_are_trusted(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, mistakes: Mistakes
) -> None:
    async with raw_server(answering, authority.context) as server, socks_proxy(server.port) as proxy:
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        monkeypatch.delenv("SSL_CERT_FILE")
        async with client_of() as client:
            with pytest.raises(NotReached, match="No secure connection"):
                await client.organization()
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
        async with client_of() as client:
            assert (await client.organization()).balance == 1
    # The server's own loop tells of a client that does not believe it.
    mistakes.forget()


async def test_company_certificate_authority_is_trusted_under_strict_python(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = ssl.create_default_context

    def strict(**options: Any) -> ssl.SSLContext:
        context = usual(**options)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    monkeypatch.setattr(ssl, "create_default_context", strict)
    async with raw_server(answering, authority.context) as server, socks_proxy(server.port) as proxy:
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        async with client_of() as client:
            assert (await client.organization()).balance == 1


async def test_single_trusted_certificate_counts_without_its_authority(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
    async with raw_server(answering, authority.context) as server, socks_proxy(server.port) as proxy:
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        async with client_of() as client:
            assert (await client.organization()).balance == 1


@pytest.mark.parametrize("system", ["win32", "darwin"])
async def test_truststore_is_used_where_the_system_has_its_own_certificate_store(
    system: str, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(connections, "sys", SimpleNamespace(platform=system))
        assert isinstance(system_certificates(), truststore.SSLContext)
        async with raw_server(answering, authority.context) as server, socks_proxy(server.port) as proxy:
            elsewhere.setenv("ALL_PROXY", proxy.url)
            async with client_of() as client:
                assert (await client.organization()).balance == 1


def test_system_certificates_are_those_found_by_openssl() -> None:
    usual = ssl.create_default_context().cert_store_stats()["x509_ca"]
    if not usual:
        pytest.skip("this system has no certificates")
    assert system_certificates().cert_store_stats()["x509_ca"] == usual


def test_distribution_certificate_files_are_searched_if_openssl_was_built_elsewhere(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = tmp_path / "nowhere"
    monkeypatch.setenv("SSL_CERT_FILE", str(nowhere))
    monkeypatch.setenv("SSL_CERT_DIR", str(nowhere))
    found = system_certificates((str(nowhere / "a.pem"), str(authority.path)))
    assert [one["subject"] for one in found.get_ca_certs()] == [((("commonName", "An authority of our own"),),)]
    assert system_certificates(()).cert_store_stats()["x509_ca"] > 50, "those that come along with httpx"


async def test_certificates_are_loaded_once_for_all_connections(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[object] = []
    usual = connections.system_certificates

    def counted() -> ssl.SSLContext:
        read.append(None)
        return usual()

    monkeypatch.setattr(connections, "system_certificates", counted)

    async with raw_server(answers(200, BODY), authority.context) as server, socks_proxy(server.port) as proxy:
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        async with client_of() as client:
            await asyncio.gather(*(client.create("text_to_video", {}) for _ in range(8)))
        assert len(server.requests) == 8
    assert len(read) == 1
