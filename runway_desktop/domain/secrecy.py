"""Removes secrets from texts that leave the profile: API keys, and links that work for anyone who has them. Pure.

A link with a temporary signature (to a result at Runway, to a file in cloud storage) loses its query, which contains
the signature; the rest still shows where it led. Other links stay unchanged.

`KnownSecrets` removes the secrets in use by value, in any encoding.
"""

from __future__ import annotations

import base64
import json
import re
from urllib.parse import quote

KEY = re.compile(r"key_[0-9A-Za-z]{8,}")
WHOLE_KEY = re.compile(r"\bkey_[0-9A-Fa-f]{32,}")
"""A key beyond doubt, as Runway makes them, where a mere word must pass."""
_KEY_LEFT = "key_…"
_LINK = re.compile(r"""(https?://[^\s"'<>\\?#]+)\?([^\s"'<>\\#]*)""", re.IGNORECASE)
_SIGNATURE = r"(?:_?jwt|sig|signature|x-amz-signature|x-amz-security-token|x-goog-signature|policy)="
"""Names of signature parameters at CloudFront, S3, Google, Azure and Runway."""
_SIGNED = re.compile(rf"(?:^|&){_SIGNATURE}", re.IGNORECASE)
_OPENING = re.compile(rf"""([?&]{_SIGNATURE}|[?&#](?:access|id|refresh)_token=)[^\s&#"'<>\\]+""", re.IGNORECASE)
"""Signatures and tokens that are removed even outside a recognized link, as in a path with blanks."""
_LOGIN = re.compile(r"""(://)[^\s/?#@"<>\\]+@""")


_BEARER = re.compile(r"""\b(bearer\s+)(?:\\?['"])?(?!key_…)[^\s'"\\,;)]+""", re.IGNORECASE)
_SHORTEST = 6
"""Characters. Shorter texts are no secrets, and removing them would mutilate every sentence."""


class KnownSecrets:
    """The secrets in use. Thread-safe."""

    def __init__(self) -> None:
        self._known: tuple[str, ...] = ()

    def add(self, secret: str) -> None:
        """Counts uses: the secret is known until `discard` was called as often as `add`."""
        self._known = (*self._known, secret)

    def discard(self, secret: str) -> None:
        left = list(self._known)
        left.remove(secret)
        self._known = tuple(left)

    def struck_out(self, text: str) -> str:
        """The text without the known secrets, anything that looks like a key, bearer tokens, and signatures."""
        for secret in set(self._known):
            text = without_secret(text, secret)
        return _BEARER.sub(r"\1…", _without_openings(without_keys(text)))


def without_secret(text: str, secret: str) -> str:
    """The text without a secret in any form: plain, quoted in Python or JSON, percent-encoded, or in base64."""
    for form in _forms_of(secret):
        text = text.replace(form, _KEY_LEFT)
    return text


def _forms_of(secret: str) -> tuple[str, ...]:
    if len(secret) < _SHORTEST:
        return ()
    content = secret.encode("utf-8", "surrogatepass")
    escaped = quote(secret, safe="", errors="surrogatepass")
    quoted = {secret, repr(content)[2:-1]}
    for _ in range(2):
        # Quoted twice, as for a text in a list in a message.
        for form in tuple(quoted):
            by_hand = form.replace("\\", "\\\\").replace("'", "\\'")
            quoted |= {repr(form)[1:-1], json.dumps(form)[1:-1], by_hand}
    forms = {
        *quoted,
        escaped,
        re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), escaped),
        quote(secret, errors="surrogatepass"),
    }
    for before in range(3):
        # Only the base64 digits that depend on nothing but the secret, for each of the three alignments.
        begin, end = -(-before * 8 // 6), (before + len(content)) * 8 // 6
        coded = base64.b64encode(bytes(before) + content).decode()[begin:end]
        forms |= {coded, coded.replace("+", "-").replace("/", "_")}
    return tuple(sorted(forms, key=len, reverse=True))


def without_keys(text: str) -> str:
    return KEY.sub(_KEY_LEFT, text)


def without_secrets(text: str) -> str:
    """The text without keys, queries of signed links, and logins in links. JSON stays valid JSON."""
    return _without_openings(_LINK.sub(_unsigned, without_keys(text)))


def _without_openings(text: str) -> str:
    return _LOGIN.sub(r"\1…@", _OPENING.sub(r"\1…", text))


def _unsigned(link: re.Match[str]) -> str:
    return link[1] if _SIGNED.search(link[2]) else link[0]
