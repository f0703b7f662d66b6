"""Redaction of secrets in texts that leave the profile."""

from __future__ import annotations

import json

import pytest

from runway_desktop.domain.secrecy import KnownSecrets, without_secrets

KEY = "key_" + "0123456789abcdef" * 8


def test_key_is_removed_from_any_text():
    assert without_secrets(f"I pasted {KEY} here") == "I pasted key_… here"


@pytest.mark.parametrize(
    "query",
    [
        "_jwt=eyJhbGciOi.abc-_",
        "exp=1750000000&sig=0123456789abcdef",
        "X-Amz-Expires=900&X-Amz-Signature=abc&X-Amz-Credential=AKIA%2F",
        "X-Goog-Signature=abc",
        "Expires=1750000000&Signature=a~b&Key-Pair-Id=K1",
    ],
)
def test_signed_link_loses_its_signature(query):
    assert without_secrets(f"see https://out.example/a/b.mp4?{query}.").startswith("see https://out.example/a/b.mp4")
    assert query.split("=", 1)[1] not in without_secrets(f"https://out.example/a/b.mp4?{query}")


@pytest.mark.parametrize(
    "link", ["https://a.example/p?design=2&v=1", "https://a.example/p.png", "https://a.example/#sig=1"]
)
def test_other_links_stay_unchanged(link):
    assert without_secrets(link) == link


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("https://me:word@a.example/p.png", "https://…@a.example/p.png"),
        ("proxy http://me:it's@10.0.0.1:3128", "proxy http://…@10.0.0.1:3128"),
        ("https://a.example/#access_token=abc&state=1", "https://a.example/#access_token=…&state=1"),
        ("https://a.example/my fox.mp4?v=1&Signature=abc", "https://a.example/my fox.mp4?v=1&Signature=…"),
        ("a mail to me@a.example about https://a.example", "a mail to me@a.example about https://a.example"),
    ],
)
def test_credentials_tokens_and_signatures_are_removed_from_links(text: str, left: str):
    assert without_secrets(text) == KnownSecrets().struck_out(text) == left


def test_secret_used_twice_is_redacted_until_both_uses_end():
    secrecy = KnownSecrets()
    for _ in range(2):
        secrecy.add("a studio's own")
    secrecy.discard("a studio's own")
    assert secrecy.struck_out("with a studio's own") == "with key_…"
    secrecy.discard("a studio's own")
    assert secrecy.struck_out("with a studio's own") == "with a studio's own"


def test_redacted_json_stays_valid_json():
    before = {"promptText": 'Say "hello"\n at dawn', "promptImage": "https://o.example/a.png?_jwt=ey.J.1", "seed": 7}
    after = json.loads(without_secrets(json.dumps(before, ensure_ascii=False)))
    assert after == before | {"promptImage": "https://o.example/a.png"}


def test_prompt_that_only_mentions_keys_is_unchanged():
    text = "A close-up of a brass key_ring, key_light from the left"
    assert without_secrets(text) == text
