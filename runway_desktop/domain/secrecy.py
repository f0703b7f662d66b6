"""What must not leave the profile in a text: keys, and links that open a door for whoever has them. Pure.

A link that is signed for a while (to a result at Runway, to a file in somebody's cloud) loses its query, which holds
the signature; what is left still says where it led. Links without a signature stay as they are.

A secret that is in use is known by its value, whatever its form: `KnownSecrets`.
"""

from __future__ import annotations

import base64
import json
import re
from urllib.parse import quote

KEY = re.compile(r"key_[0-9A-Za-z]{8,}")
_KEY_LEFT = "key_…"
_LINK = re.compile(r"""(https?://[^\s"'<>\\?#]+)\?([^\s"'<>\\#]*)""", re.IGNORECASE)
_SIGNATURE = r"(?:_?jwt|sig|signature|x-amz-signature|x-amz-security-token|x-goog-signature|policy)="
"""Names under which CloudFront, S3, Google, Azure and Runway itself put a signature that ends with its time."""
_SIGNED = re.compile(rf"(?:^|&){_SIGNATURE}", re.IGNORECASE)
_OPENING = re.compile(rf"""([?&]{_SIGNATURE}|[?&#](?:access|id|refresh)_token=)[^\s&#"'<>\\]+""", re.IGNORECASE)
"""What opens a door wherever it stands, as behind a path that has blanks in it."""
_LOGIN = re.compile(r"""(://)[^\s/?#@"<>\\]+@""")


_BEARER = re.compile(r"""\b(bearer\s+)(?:\\?['"])?(?!key_…)[^\s'"\\,;)]+""", re.IGNORECASE)
_SHORTEST = 6
"""Characters. What is shorter is no secret, and would be struck out of every sentence."""


class KnownSecrets:
    """The secrets in use. Usable on any thread."""

    def __init__(self) -> None:
        self._known: tuple[str, ...] = ()

    def add(self, secret: str) -> None:
        """One more uses it. It is known until each of them has discarded it."""
        self._known = (*self._known, secret)

    def discard(self, secret: str) -> None:
        left = list(self._known)
        left.remove(secret)
        self._known = tuple(left)

    def struck_out(self, text: str) -> str:
        """The text without any of them, without what looks like a key, and without what was sent as one or opens a
        link."""
        for secret in set(self._known):
            text = without_secret(text, secret)
        return _BEARER.sub(r"\1…", _without_openings(without_keys(text)))


def without_secret(text: str, secret: str) -> str:
    """The text without a secret: as it is, quoted in Python or JSON, percent-encoded, or in base64."""
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
        # A text in a list in a message.
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
        # Of the digits that hold nothing but the secret, wherever among threes of bytes it begins.
        begin, end = -(-before * 8 // 6), (before + len(content)) * 8 // 6
        coded = base64.b64encode(bytes(before) + content).decode()[begin:end]
        forms |= {coded, coded.replace("+", "-").replace("/", "_")}
    return tuple(sorted(forms, key=len, reverse=True))


def without_keys(text: str) -> str:
    return KEY.sub(_KEY_LEFT, text)


def without_secrets(text: str) -> str:
    """The text without keys, the queries of signed links, and logins in links. JSON stays the JSON that it was."""
    return _without_openings(_LINK.sub(_unsigned, without_keys(text)))


def _without_openings(text: str) -> str:
    return _LOGIN.sub(r"\1…@", _OPENING.sub(r"\1…", text))


def _unsigned(link: re.Match[str]) -> str:
    return link[1] if _SIGNED.search(link[2]) else link[0]
