"""Addresses to which the key may be sent."""

from __future__ import annotations

import pytest

from runway_desktop.api.address import DEFAULT_BASE_URL, AddressRefused, check_base_url, is_safe
from runway_desktop.domain.errors import RunwayDesktopError


@pytest.mark.parametrize(
    "address",
    [
        DEFAULT_BASE_URL,
        "https://runway.example:8443/prefix",
        "http://localhost:8000",
        "http://127.0.0.1:1",
        "http://127.9.8.7",
        "http://[::1]:99",
    ],
)
def test_https_and_local_addresses_are_allowed(address: str) -> None:
    assert check_base_url(f" {address}/ ") == address


@pytest.mark.parametrize(
    "address",
    [
        "http://api.dev.runwayml.com",
        "http://127.0.0.1.example.com",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "http://localhost.example.com",
        "ftp://localhost",
        "api.dev.runwayml.com",
        "https://",
        "",
        "https://key@api.dev.runwayml.com",
        "https://localhost:notaport",
        "https://a.example/?q=1",
        "https://a.example/#x",
        "https://a.exa mple",
        "https://a.example/\nHost: b",
    ],
)
def test_other_addresses_are_refused_with_a_sentence(address: str) -> None:
    with pytest.raises(AddressRefused) as caught:
        check_base_url(address)
    assert isinstance(caught.value, RunwayDesktopError)
    assert isinstance(caught.value, ValueError)
    assert caught.value.message.endswith(".")
    assert caught.value.advice


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://out.example/a.mp4?x=1", True),
        ("http://127.0.0.1:5/a", True),
        ("http://out.example/a", False),
        ("file:///etc/passwd", False),
        ("data:text/plain,x", False),
        ("https:///a", False),
        ("", False),
    ],
)
def test_result_links_are_https_or_local_like_the_api(url: str, safe: bool) -> None:
    assert is_safe(url, is_near=True) is safe
    assert is_safe(url, is_near=False) is (safe and url.startswith("https:"))
